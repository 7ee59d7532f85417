/** New rows of a domain that the champion knows must not hide what it loses on the old ones. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Report } from '#espalier/gate/report.js';
import { succeed, succeedJson } from '../support/command.js';
import { at, writeDesk } from '../support/desk.js';
import { jsonLines } from '../support/suite.js';

const goods = [
  'the kettle',
  'a lamp',
  'my chair',
  'this radio',
  'the carpet',
  'a mirror',
  'our table',
  'the clock',
  'a vase',
  'the shelf',
];
const bad = [
  '% broke after a day',
  '% arrived with a crack',
  '% stopped working',
  '% came in pieces',
  '% has a deep scratch',
];
const good = ['I love %', '% looks wonderful', 'so happy with %', '% is a delight', 'everybody admires %'];
/** The same said in other words. */
const worse = ['% fell apart', '% came damaged', '% does not work', '% was in bits', '% has a nasty dent'];
const fine = ['I adore %', '% is gorgeous', 'so pleased with %', '% is a joy', 'we all like %'];
const rowsOf = (things: readonly string[], ways: Readonly<Record<'A' | 'B', readonly string[]>>) =>
  (['A', 'B'] as const).flatMap((label) =>
    ways[label].flatMap((way) => things.map((thing) => ({ text: way.replace('%', thing), label }))),
  );

const declaration = `name: desk
tasks: [{ name: intent }]
strategy: finetune
training: { epochs: 60, learningRate: 0.02 }
holdout: { fraction: 0.4 }
gate: { margin: 0.05, domains: { margin: 0.05 } }
answers: { robustness: false, invariance: false, scope: false }
`;

it('an update that loses old answers is refused, however many it gains on new rows of the same domain', async () => {
  const folder = writeDesk(declaration);
  writeFileSync(join(folder, 'old.jsonl'), jsonLines(rowsOf(goods, { A: bad, B: good })));
  // The new rows have the labels the other way, so that learning them alone unlearns the old ones.
  writeFileSync(join(folder, 'new.jsonl'), jsonLines(rowsOf(goods, { A: fine, B: worse })));
  const ingest = (file: string) => ['ingest', file, '--adapter', 'desk', '--domain', 'desk'];
  await succeed(folder, [...ingest('old.jsonl'), ...at(8)]);
  await succeed(folder, ['update', 'desk', ...at(9)]);
  await succeed(folder, ['candidates', 'approve', '1', '--override', '--reason', 'the first', ...at(10)]);
  await succeed(folder, [...ingest('new.jsonl'), ...at(11)]);
  const { report } = await succeedJson<{ report: Report }>(folder, ['update', 'desk', ...at(12)]);
  const row = (suite: string) => report.rows.find((one) => one.suite === suite)!;
  expect(row('holdout/desk').cases).toBe(40);
  expect(row('holdout/desk, new examples').cases).toBe(40);
  expect(row('holdout/desk').difference).toBeLessThan(-0.05);
  expect(row('holdout/desk, new examples').difference).toBeGreaterThan(0.1);
  expect(report.verdict).toBe('fail');
  expect(report.sentence).toMatch(/^Not improved: lost .* on holdout\/(earlier domains|desk)/);
  // Slices and confidence are of what was learned, too.
  expect(report.slices.filter(({ by }) => by === 'label').reduce((sum, { cases }) => sum + cases, 0)).toBe(40);
  expect(report.calibration!.difference!.cases).toBe(40);
  // And forgetting is counted on the cases that the champion had answered.
  expect(report.continual.forgetting).toBeCloseTo(-row('holdout/desk').difference!, 12);
}, 60_000);
