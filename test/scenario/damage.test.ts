/** Copies of a champion that do one thing wrong each, and the gate as `espalier init` declares it: none may pass. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noProgress } from '#espalier/core/progress.js';
import { defaultCacheFolder, readDeclaration, workspaceAt } from '#espalier/declaration/workspace.js';
import { defaultPooling, embeddedModel } from '#espalier/encoder/declaration.js';
import { type Encoder, openEncoder } from '#espalier/encoder/encoder.js';
import { damages, undamaged } from '#espalier/evaluation/damage.js';
import { lastArrival } from '#espalier/store/arrivals.js';
import { openStore, type Store } from '#espalier/store/database.js';
import { type DamagedCandidate, olderVersion, runCampaign } from '#espalier/study/damage-campaign.js';
import { headSettings } from '#espalier/training/heads.js';
import { versionsOf } from '#espalier/versions/folder-versions.js';
import { ownThread } from '#espalier/work/task.js';
import { succeed } from '../support/command.js';
import { at } from '../support/desk.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const sample = (file: string) => fileURLToPath(new URL(`../../adapters/support-triage/data/${file}`, import.meta.url));
const root = temporaryFolder();
let encoder: Encoder;
const stores: Store[] = [];
beforeAll(async () => {
  const declaration = {
    model: embeddedModel,
    pooling: defaultPooling(embeddedModel),
    prompt: '',
    dtype: 'fp32',
    normalise: true,
  };
  encoder = await openEncoder(declaration, { cacheFolder: defaultCacheFolder(process.env) });
});
afterAll(async () => {
  await encoder.close();
  for (const store of stores) await store.close();
});

/** A workspace of `espalier init` whose champion learned billing and then returns; four held-out examples of ten. */
async function played(head: string, seeds: readonly number[]): Promise<DamagedCandidate[]> {
  const folder = mkdtempSync(join(root, 'desk-'));
  await succeed(folder, ['init', '.', '--adapter', 'desk']);
  const file = join(folder, 'adapters', 'desk', 'adapter.yaml');
  const source = readFileSync(file, 'utf8').replace(/^strategy: .*$/m, `${head}\nholdout: { fraction: 0.4 }`);
  // Two suites of the encoder show what a collapsed embedding does; all twenty take their time.
  const few = source.replace(/^suites:(.|\n)*?^gate:/m, 'suites: [sentiment-lines, wordnet-gloss-similarity]\ngate:');
  writeFileSync(file, few.replace(/suites: \[classification, .*\]/, 'suites: [classification, similarity]'));
  for (const [index, data] of ['1-billing.jsonl', '4-returns.jsonl'].entries()) {
    await succeed(folder, ['ingest', sample(data), '--adapter', 'desk', '--domain', data, ...at(8 + index)]);
    await succeed(folder, ['update', 'desk', ...at(10 + index)]);
    await succeed(folder, [
      'candidates',
      'approve',
      String(index + 1),
      '--override',
      '--reason',
      'a champion',
      ...at(12 + index),
    ]);
  }
  const workspace = workspaceAt(folder, headSettings);
  const declaration = await readDeclaration(workspace, 'desk');
  const store = await openStore(workspace.database);
  stores.push(store);
  const throughExample = await lastArrival(store.queries, 'desk');
  const plan = {
    ...{ declaration, field: ['damage'], version: 3, parentVersion: 2, afterExample: throughExample, throughExample },
    ...{ encoderFingerprint: encoder.fingerprint, at: '2026-11-24T14:00:00.000Z' },
  };
  const { signal } = new AbortController();
  const versions = versionsOf(workspace);
  const context = { workspace, store, versions, encoder, progress: noProgress, signal, work: ownThread };
  return runCampaign(context, { plan, damages: [...damages, undamaged], seeds, older: 1 });
}

const isTwin = ({ damage }: DamagedCandidate) => damage === undamaged.name;

describe.each([
  ['a head that leaves the embedding as it is', 'strategy: analytic\ntraining: { width: 1024 }', damages.length - 1],
  ['a head that moves the embedding', 'strategy: joint\ntraining: { head: bottleneck }', damages.length],
])('the gate of espalier init, and %s', (_, head, kinds) => {
  let candidates: DamagedCandidate[];
  beforeAll(async () => {
    candidates = await played(head, [0]);
  }, 240_000);

  it('is shown every kind of damage that it can have', () => {
    const shown = new Set(candidates.filter((one) => !isTwin(one)).map(({ damage }) => damage));
    expect(shown.size).toBe(kinds + 1);
    expect(shown).toContain(olderVersion);
  });

  it('lets no damaged candidate pass, and names what was damaged', () => {
    const damaged = candidates.filter((one) => !isTwin(one));
    expect(
      damaged.filter(({ report }) => report.verdict === 'pass').map(({ damage, seed }) => `${damage} ${seed}`),
    ).toEqual([]);
    const linesOf = (name: string) => damaged.filter(({ damage }) => damage === name).flatMap(({ lines }) => lines);
    expect(linesOf('typos break it')).toContain('answers/robustness');
    expect(linesOf("one group's names flip it").some((line) => line.startsWith('group name: '))).toBe(true);
    expect(linesOf('logits times 4')).toContain('confidence');
    expect(linesOf('scope lost')).toContain('answers/scope');
    expect(linesOf('one domain forgotten')).toContain('holdout/earlier domains');
  });

  it('lets an undamaged twin pass', () => {
    expect(candidates.filter(isTwin).map(({ report }) => [report.verdict, report.sentence])).toEqual([
      ['pass', expect.any(String)],
    ]);
  });
});
