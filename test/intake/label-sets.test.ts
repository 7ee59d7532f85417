/** Rows of a multi-label task: how they are told apart, held out and buffered. */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLabelSet } from '#espalier/core/label-sets.js';
import { seededRandom } from '#espalier/core/random.js';
import { type AdapterDeclaration, parseDeclaration } from '#espalier/declaration/declaration.js';
import { openStrata } from '#espalier/intake/holdout.js';
import { ingest } from '#espalier/intake/intake.js';
import { admitExamples, prepareAdmission } from '#espalier/replay/admission.js';
import { type Store, transact } from '#espalier/store/database.js';
import { listExamples } from '#espalier/store/examples.js';
import { listMatching } from '#espalier/store/find-examples.js';
import { headSettings } from '#espalier/training/heads.js';
import { errorOf } from '../support/errors.js';
import { now, temporaryStore } from '../support/store.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
let files = 0;

const declare = (multiLabel = true): AdapterDeclaration =>
  parseDeclaration(
    `name: support\ntasks: [{ name: topics, multiLabel: ${multiLabel} }]\nbuffer: { examples: 120 }`,
    'adapter.yaml',
    headSettings,
  );

async function take(store: Store, rows: readonly unknown[], declaration = declare()) {
  const path = join(folder, `${files++}.jsonl`);
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const label = declaration.tasks[0]!.multiLabel ? 'labels' : 'label';
  const report = await ingest(store, {
    ...{
      declaration,
      domain: 'desk',
      source: 'test',
      fields: { text: 'text', label },
      evalTexts: new Map(),
      now,
      actor: { name: 'ada', via: 'cli' },
    },
    files: [{ path, name: basename(path), format: 'jsonl' }],
    rejectsFile: join(folder, 'rejects', `${files++}.jsonl`),
    signal: new AbortController().signal,
    progress: () => undefined,
  });
  return {
    report,
    rejects: report.rejectsFile === undefined ? [] : readFileSync(report.rejectsFile, 'utf8').trim().split('\n'),
  };
}

describe('a text that comes again', () => {
  it('with another set is rejected, as a row that can be taken once it is mended', async () => {
    const store = await temporaryStore();
    await take(store, [{ text: 'one', labels: ['b', 'a'] }]);
    const { report, rejects } = await take(store, [
      { text: 'one', labels: ['a', 'b'] },
      { text: 'one', labels: [] },
    ]);
    expect(report).toMatchObject({ accepted: 0, duplicates: 1, contradictions: 1 });
    const { reason, raw } = JSON.parse(rejects[0]!);
    expect(reason).toBe('the same text is labelled `["a","b"]` as example 1; this row says `[]`');
    expect(JSON.parse(raw)).toEqual({ text: 'one', labels: [] });
  });
});

it.each([true, false])('a task keeps its nature: it was multi-label: %s', async (was) => {
  const store = await temporaryStore();
  const rowOf = (multiLabel: boolean) => (multiLabel ? { text: 'b', labels: ['x'] } : { text: 'a', label: 'x' });
  await take(store, [rowOf(was)], declare(was));
  expect(await errorOf(take(store, [rowOf(!was)], declare(!was)))).toMatchObject({
    code: 'DECLARATION_INVALID',
    hint: expect.stringContaining(was ? '`multiLabel: true`' : 'without `multiLabel`'),
  });
});

const shares = { common: 0.7, usual: 0.4, some: 0.2, few: 0.08, rare: 0.04 };
/** Sets over five labels of which the last are rare. */
function drawnSets(count: number, seed: number): string[][] {
  const random = seededRandom('sets', seed);
  return Array.from({ length: count }, () =>
    Object.entries(shares).flatMap(([label, share]) => (random.uniform() < share ? [label] : [])),
  );
}

describe('the holdout of sets', () => {
  const fraction = 0.2;
  const splitAll = (sets: readonly string[][], seed: number) => {
    const strata = openStrata([]);
    return sets.map((set) => strata.assign(set, 'desk', { fraction, seed }));
  };

  it('has its share of every label, of the rarest to an example', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const sets = drawnSets(1500, seed);
        const splits = splitAll(sets, seed);
        // Drawn at random, seven too many or few of the rarest would come, and forty of the most common.
        for (const [label, most] of Object.entries({ common: 25, usual: 20, some: 9, few: 4, rare: 1 })) {
          const own = [...sets.keys()].filter((index) => sets[index]!.includes(label));
          const held = own.filter((index) => splits[index] === 'holdout').length;
          expect(Math.abs(held - fraction * own.length), label).toBeLessThanOrEqual(most + 0.2);
        }
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('leaves every label something to learn from', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd')), { maxLength: 30 }),
        fc.nat(),
        (sets, seed) => {
          const splits = splitAll(sets, seed);
          const learned = new Set(sets.flatMap((set, index) => (splits[index] === 'train' ? set : [])));
          expect(sets.flat().every((label) => learned.has(label))).toBe(true);
        },
      ),
    );
  });
});

describe('the buffer of sets', () => {
  it.each([
    ['', declare()],
    [
      ', also where adapter.yaml has the task no more',
      { ...declare(), tasks: [{ name: 'other', labels: 'open' as const }] },
    ],
  ])('is full and not over its budget, and keeps all there is of a rare label%s', async (_, declaration) => {
    const store = await temporaryStore();
    await take(
      store,
      drawnSets(600, 3).map((labels, index) => ({ text: `note ${index}`, labels })),
    );
    const learned = await listExamples(store, {
      adapter: 'support',
      tasks: ['topics'],
      split: 'train',
      afterArrival: 0,
      throughArrival: 1000,
    });
    const changes = await prepareAdmission(store, {
      declaration,
      learned,
      space: undefined,
      marginsOf: async () => new Map(),
      now,
    });
    await transact(store, (transaction) => admitExamples(transaction, 'support', changes));
    const members = await listMatching(store, 'support', {
      conditions: [{ field: 'state', is: '=', value: 'member' }],
    });
    expect(members).toHaveLength(120);
    // A cell is of one label.
    for (const { membership } of members) expect(membership!.reason).not.toContain('[');
    const countOf = (examples: readonly { label: string }[], label: string) =>
      examples.filter((one) => readLabelSet(one.label).includes(label)).length;
    expect(countOf(members, 'rare')).toBe(countOf(learned, 'rare'));
    expect(countOf(members, 'few')).toBeGreaterThan(0.6 * Math.min(countOf(learned, 'few'), 24));
  });
});
