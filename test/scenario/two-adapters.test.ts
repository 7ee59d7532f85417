/** Examples of several adapters share one database, and their ids: no adapter notices another. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Report } from '#espalier/gate/report.js';
import { succeed } from '../support/command.js';
import { at, deskDeclaration, ingestWords, rowsOf, writeDesk } from '../support/desk.js';
import { jsonLines } from '../support/suite.js';

/** Texts out of scope come from other adapters. */
const declaration = deskDeclaration(
  (source) => `${source.replace(/suites: .*/, 'suites: []')}answers: { invariance: false, scope: false }\n`,
);

/** Two updates of the desk. @param between called before each intake */
async function play(between: (folder: string, part: number) => Promise<unknown>) {
  const folder = writeDesk(declaration);
  await between(folder, 0);
  await succeed(folder, [...ingestWords('billing'), ...at(1)]);
  await succeed(folder, ['update', 'desk', ...at(2)]);
  await succeed(folder, ['candidates', 'approve', '1', '--reason', 'the first', '--override', ...at(3)]);
  await between(folder, 1);
  await succeed(folder, [...ingestWords('shipping'), ...at(4)]);
  await succeed(folder, ['update', 'desk', ...at(5)]);
  expect(await succeed(folder, ['candidates', 'verify', '2'])).toContain('the same, to the last digit');
  const [{ report }] = rowsOf(folder, 'select report from candidates where id = 2') as [{ report: string }];
  const manifest = JSON.parse(readFileSync(join(folder, 'adapters', 'desk', 'versions', '2', 'manifest.json'), 'utf8'));
  const ids = (rowsOf(folder, "select id from examples where adapter = 'desk' order by id") as { id: number }[]).map(
    ({ id }) => id,
  );
  const { rows, domains } = JSON.parse(report) as Pick<Report, 'rows' | 'domains'>;
  // Bounds are drawn over cases in the order of their names, which are ids.
  const scores = rows
    .filter(({ suite }) => !suite.startsWith('answers/'))
    .map(({ suite, cases, champion, candidate, difference }) => ({ suite, cases, champion, candidate, difference }));
  // How a text is changed depends on its example's id.
  const aspects = rows.map(({ suite }) => suite).filter((suite) => suite.startsWith('answers/'));
  return { ids, scores, aspects, domains, data: manifest.data, files: manifest.files };
}

it('a desk is trained and judged the same beside another adapter as alone', async () => {
  const alone = await play(async () => undefined);
  const beside = await play(async (folder, part) => {
    mkdirSync(join(folder, 'adapters', 'mood'), { recursive: true });
    writeFileSync(join(folder, 'adapters', 'mood', 'adapter.yaml'), declaration.replace('name: desk', 'name: mood'));
    const lines = Array.from({ length: 150 }, (_, index) => ({
      text: `note ${part} ${index}`,
      label: index % 2 === 0 ? 'glad' : 'cross',
    }));
    writeFileSync(join(folder, 'mood.jsonl'), jsonLines(lines));
    await succeed(folder, ['ingest', 'mood.jsonl', '--adapter', 'mood', '--domain', 'notes', ...at(1)]);
  });
  expect(alone.ids[0]).toBe(1);
  expect(beside.ids[0]).toBe(151);
  expect(alone.scores.some(({ suite }) => suite.includes('earlier'))).toBe(true);
  expect(alone.aspects).not.toEqual([]);
  expect({ ...beside, ids: [] }).toEqual({ ...alone, ids: [] });
}, 120_000);
