import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { listSuites } from '#espalier/evaluation/suites.js';
import { collectTrainingTexts, validateSuite } from '#espalier/measuring/validate-suite.js';
import { newExample, stored, temporaryStore } from '../support/store.js';
import { writeSuite } from '../support/suite.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const root = temporaryFolder();
const shipped = fileURLToPath(new URL('../../evals', import.meta.url));
const cases = Array.from({ length: 100 }, (_, index) => ({
  id: `${index}`,
  text: `text ${index}`,
  label: index % 2 ? 'odd' : 'even',
}));

/** A suite with a chance that fits. */
function parity(count = 100): string {
  const folder = writeSuite(mkdtempSync(join(root, 'evals-')), {
    name: 'parity',
    kind: 'classification',
    cases: cases.slice(0, count),
  });
  const header = join(folder, 'suite.yaml');
  writeFileSync(header, readFileSync(header, 'utf8').replace('chance: 0', 'chance: 0.5'));
  writeFileSync(join(folder, 'README.md'), '# parity\n');
  return folder;
}

const findingsOf = async (folder: string, trained: ReadonlyMap<string, string> = new Map()) =>
  (await validateSuite(folder, trained)).findings;

describe('a suite that is checked', () => {
  it('is sound as it ships', async () => {
    for (const folder of (await listSuites([shipped])).values()) expect(await findingsOf(folder), folder).toEqual([]);
  });

  it('is invalid where an adapter trains on its texts, whatever their letter case', async () => {
    const store = await temporaryStore();
    await stored(store, 'desk', [
      newExample({ text: 'TEXT  7' }),
      newExample({ text: 'text 8', split: 'holdout' }),
      newExample({ text: 'text 9', task: 'tone' }),
    ]);
    const [finding] = await findingsOf(parity(), await collectTrainingTexts(store));
    expect(finding).toMatchObject({ severity: 'invalid', what: '2 of its texts are training data of desk' });
  });

  it('is invalid where it cannot be read, and says where', async () => {
    const folder = parity();
    writeFileSync(join(folder, 'cases.jsonl'), '{"id": 1}\n');
    expect(await validateSuite(folder, new Map())).toMatchObject({
      suite: 'parity',
      cases: null,
      findings: [{ severity: 'invalid', at: { file: join(folder, 'cases.jsonl'), line: 1, field: 'id' } }],
    });
  });

  it('is warned of where it has fewer than 100 cases, with what so many can decide', async () => {
    const [small] = await findingsOf(parity(50));
    // z^2 / (n + z^2) of n = 50.
    expect(small).toMatchObject({
      severity: 'warning',
      what: expect.stringMatching(/only 50 cases .* below 5\.1 points/),
    });
    expect((await findingsOf(parity(100))).map(({ what }) => what)).toEqual([expect.stringContaining('no log')]);
  });

  it('is warned of where guessing scores something else than it says', async () => {
    const folder = parity();
    const header = join(folder, 'suite.yaml');
    writeFileSync(header, readFileSync(header, 'utf8').replace('chance: 0.5', 'chance: 0.25'));
    expect((await findingsOf(folder))[0]).toMatchObject({
      severity: 'warning',
      what: expect.stringContaining('guessing scores 0.500'),
      at: { file: header, field: 'chance' },
    });
  });

  it('is warned of without a README', async () => {
    const folder = writeSuite(mkdtempSync(join(root, 'evals-')), { name: 'bare', kind: 'classification', cases });
    expect((await findingsOf(folder)).map(({ what }) => what)).toContain('there is no README.md');
  });
});
