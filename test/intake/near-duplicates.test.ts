/** What an intake does with rows whose texts resemble an earlier example. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pickOne, seededRandom } from '#espalier/core/random.js';
import { shinglesOf, similarityOf } from '#espalier/core/shingles.js';
import type { IntakeReport } from '#espalier/intake/intake-report.js';
import type { Store } from '#espalier/store/database.js';
import { declare } from '../support/declaration.js';
import { errorOf } from '../support/errors.js';
import { type IntakeRow, takeRows } from '../support/intake.js';
import { temporaryStore } from '../support/store.js';

const near = (action: string, more = '') => `intake: { nearDuplicates: { action: ${action}${more} } }`;
const link = near('link');
const skip = near('skip');

const parcel = { text: 'where is the parcel that I ordered last week', label: 'late' };
const parcelToday = { text: 'where is the parcel that I ordered last week today', label: 'late' };
const refund = { text: 'please send the money back to my card', label: 'refund' };

const examplesOf = (store: Store) =>
  store.queries.selectFrom('examples').select(['id', 'text', 'label', 'split', 'task']).orderBy('id').execute();
const linksOf = (store: Store) => store.queries.selectFrom('near_links').selectAll().orderBy('example_id').execute();
const bandsIn = async (store: Store) =>
  (await store.queries.selectFrom('near_bands').selectAll().orderBy('example_id').orderBy('band').execute()).map(
    ({ example_id, band }) => [example_id, band],
  );
const rejectsOf = ({ rejectsFile }: IntakeReport) =>
  readFileSync(rejectsFile!, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { line: number; field: string; reason: string; raw: string });

/** Distinct sentences of random words. */
function sentences(count: number, seed: string): string[] {
  const random = seededRandom('near-duplicates test', seed);
  const syllables = ['ba', 'de', 'fi', 'go', 'hu', 'la', 'me', 'ni', 'po', 'ru', 'sta', 'tre', 'vo', 'wi'];
  const word = () => Array.from({ length: 2 + random.integer(2) }, () => pickOne(syllables, random)).join('');
  return Array.from({ length: count }, () => Array.from({ length: 6 + random.integer(6) }, word).join(' '));
}

const openTask = (name: string) => ({ ...declare().tasks[0]!, name });

describe('without the setting', () => {
  it('rows that resemble others are examples like any other, and nothing is indexed', async () => {
    const store = await temporaryStore();
    const report = await takeRows(store, [parcel, parcelToday]);
    expect(report).toMatchObject({ accepted: 2, nearDuplicates: null });
    expect([await bandsIn(store), await linksOf(store)]).toEqual([[], []]);
  });
});

describe('skip', () => {
  it('leaves a row with the same label out, counts it, and keeps it in the rejects file', async () => {
    const store = await temporaryStore();
    const report = await takeRows(store, [parcel, refund, parcelToday], skip);
    expect(report).toMatchObject({ accepted: 2, rejected: 0, duplicates: 0, contradictions: 0 });
    const similarity = similarityOf(shinglesOf(parcel.text), shinglesOf(parcelToday.text));
    expect(report.nearDuplicates).toMatchObject({ skipped: 1, linked: 0, contradictions: 0 });
    expect(report.nearDuplicates!.pairs).toEqual([
      { file: expect.any(String), line: 3, ...parcelToday, similarity, near: { id: null, ...parcel } },
    ]);
    expect(rejectsOf(report)).toMatchObject([
      {
        line: 3,
        field: 'text',
        reason: 'the text resembles an earlier row of this input (similarity 0.87), which has the same label',
        raw: JSON.stringify(parcelToday),
      },
    ]);
    expect((await examplesOf(store)).map(({ text }) => text)).toEqual([parcel.text, refund.text]);
  });

  it('rejects a row with another label, and says which example it resembles', async () => {
    const store = await temporaryStore();
    await takeRows(store, [refund, parcel], skip);
    const report = await takeRows(
      store,
      [
        { ...parcelToday, label: 'refund' },
        { text: 'thank you all', label: 'thanks' },
      ],
      skip,
    );
    expect(report).toMatchObject({
      accepted: 1,
      rejected: 1,
      contradictions: 0,
      nearDuplicates: { skipped: 0, contradictions: 1, pairs: [{ near: { id: 2 } }] },
    });
    expect(rejectsOf(report)).toMatchObject([
      {
        field: 'label',
        reason: 'the text resembles example 2 (similarity 0.87), which is labelled `late`; this row says `refund`',
      },
    ]);
  });

  it('is no error where every row is skipped, and does not count as rejected', async () => {
    const store = await temporaryStore();
    await takeRows(store, [parcel], skip);
    const report = await takeRows(store, [parcelToday], skip, { maxRejected: { rows: 0 } });
    expect(report).toMatchObject({ accepted: 0, rejected: 0, nearDuplicates: { skipped: 1 } });
    const contradicting = [{ ...parcelToday, label: 'refund' }];
    const refused = await errorOf(takeRows(store, contradicting, skip, { maxRejected: { rows: 0 } }));
    expect(refused.code).toBe('TOO_MANY_REJECTED');
    expect((await errorOf(takeRows(store, contradicting, skip))).message).toContain('the text resembles example 1');
    expect(await examplesOf(store)).toHaveLength(1);
  });

  it('still sees equal texts as duplicates, and other labels of them as contradictions', async () => {
    const store = await temporaryStore();
    await takeRows(store, [parcel], skip);
    const again = [{ ...parcel, text: `${parcel.text.toUpperCase()}!` }, { ...parcel, label: 'refund' }, refund];
    const report = await takeRows(store, again, skip);
    expect(report).toMatchObject({ accepted: 1, duplicates: 1, twins: 1, contradictions: 1 });
    expect(report.nearDuplicates).toEqual({ skipped: 0, linked: 0, contradictions: 0, pairs: [] });
  });

  it('keeps next to nothing of a template that was filled in 3,000 times', async () => {
    const rows = Array.from({ length: 3000 }, (_, index) => ({
      text: `Dear team, the order with the number ${100_000 + index * 37} that I placed in your web shop has not arrived here`,
      label: 'late',
    }));
    const report = await takeRows(await temporaryStore(), rows, skip);
    // The bands miss few of such pairs.
    expect(report.accepted).toBeLessThanOrEqual(3);
    expect(report).toMatchObject({ rejected: 0, nearDuplicates: { skipped: 3000 - report.accepted } });
    expect(report.nearDuplicates!.pairs).toHaveLength(5);
  });
});

describe('link', () => {
  it('stores the row in the split of the example that it resembles most, and keeps the link', async () => {
    const store = await temporaryStore();
    const report = await takeRows(store, [refund, parcel, parcelToday], link);
    expect(report).toMatchObject({
      accepted: 3,
      rejected: 0,
      nearDuplicates: { linked: 1, skipped: 0, contradictions: 0 },
    });
    expect(report.warnings).toEqual([]);
    const similarity = similarityOf(shinglesOf(parcel.text), shinglesOf(parcelToday.text));
    expect(await linksOf(store)).toEqual([{ example_id: 3, near_id: 2, similarity }]);
  });

  it('warns of a row with another label', async () => {
    const store = await temporaryStore();
    const report = await takeRows(store, [parcel, { ...parcelToday, label: 'refund' }], link);
    expect(report).toMatchObject({ accepted: 2, rejected: 0, nearDuplicates: { linked: 1, contradictions: 1 } });
    expect(report.warnings).toEqual([expect.stringContaining('1 row has another label than the example')]);
    expect(report.rejectsFile).toBeUndefined();
  });

  it('of equally similar examples takes one with the same label, then the earliest', async () => {
    const store = await temporaryStore();
    const variants = ['a', 'b', 'c'].map((letter) => `the same sentence about a parcel that is late number ${letter}`);
    const labelled = [variants[0], variants[1]].map((text, index) => ({ text: text!, label: index === 0 ? 'x' : 'y' }));
    await takeRows(store, labelled, near('link', ', threshold: 0.9'));
    await takeRows(store, [{ text: variants[2]!, label: 'y' }], near('link', ', threshold: 0.9'));
    await takeRows(store, [{ text: `${variants[2]!.slice(0, -1)}d`, label: 'z' }], near('link', ', threshold: 0.9'));
    expect((await linksOf(store)).map(({ example_id, near_id }) => [example_id, near_id])).toEqual([
      [2, 1],
      [3, 2],
      [4, 1],
    ]);
  });

  it('puts no linked pair on two sides of the holdout, also in one input and over many parcels', async () => {
    const store = await temporaryStore();
    const rows = sentences(900, 'split').flatMap((text, index) => {
      const label = `label ${index % 4}`;
      return index % 3 === 0
        ? [
            { text, label },
            { text: `${text} ok`, label },
          ]
        : [{ text, label }];
    });
    await takeRows(store, rows, `${link}\nholdout: { fraction: 0.3 }`);
    const examples = new Map((await examplesOf(store)).map((example) => [example.id, example]));
    const links = await linksOf(store);
    expect(links.length).toBeGreaterThan(250);
    const splits = links.map(({ example_id, near_id }) => [
      examples.get(example_id)!.split,
      examples.get(near_id)!.split,
    ]);
    expect(splits.filter(([one, other]) => one !== other)).toEqual([]);
    expect(splits.filter(([one]) => one === 'holdout').length).toBeGreaterThan(20);
    const held = [...examples.values()].filter(({ split }) => split === 'holdout').length;
    expect(held / examples.size).toBeCloseTo(0.3, 1);
    // Without the setting some of the same pairs are torn apart: the test can fail.
    const other = await temporaryStore();
    await takeRows(other, rows, 'holdout: { fraction: 0.3 }');
    const sides = new Map((await examplesOf(other)).map(({ text, split }) => [text, split]));
    expect(rows.some(({ text }) => sides.has(`${text} ok`) && sides.get(`${text} ok`) !== sides.get(text))).toBe(true);
  });
});

describe('what is found', () => {
  it('is almost everything that an exact search finds, each with its exact similarity, and nothing else', async () => {
    const store = await temporaryStore();
    const random = seededRandom('near-duplicates test', 'recall');
    const base = sentences(400, 'recall');
    const changed = base.map((text) => {
      const words = text.split(' ');
      const place = random.integer(words.length);
      return words.map((word, index) => (index === place ? `${word.slice(0, -1)}x` : word)).join(' ');
    });
    const texts = [...base, ...changed];
    await takeRows(
      store,
      texts.map((text) => ({ text, label: 'one' })),
      link,
    );
    const sets = texts.map(shinglesOf);
    const nearest = texts.map((_, later) => {
      let best = 0;
      for (let earlier = 0; earlier < later; earlier++)
        best = Math.max(best, similarityOf(sets[earlier]!, sets[later]!, 0.8));
      return best;
    });
    const links = new Map((await linksOf(store)).map(({ example_id, similarity }) => [example_id, similarity]));
    const expected = nearest.filter((similarity) => similarity > 0).length;
    expect(expected).toBeGreaterThan(100);
    expect(links.size / expected).toBeGreaterThan(0.95);
    for (const [id, similarity] of links) expect(similarity).toBeLessThanOrEqual(nearest[id - 1]!);
    expect([...links].filter(([id, similarity]) => similarity === nearest[id - 1]).length).toBeGreaterThan(
      0.95 * expected,
    );
  });

  it('is the same in two stores, row for row', async () => {
    const rows = sentences(300, 'twice').flatMap((text) =>
      [text, `${text} ok`].map((one) => ({ text: one, label: 'one' })),
    );
    const stores = [await temporaryStore(), await temporaryStore()];
    for (const store of stores) await takeRows(store, rows, link);
    const [one, other] = await Promise.all(stores.map(async (store) => [await bandsIn(store), await linksOf(store)]));
    expect(one).toEqual(other);
    expect(one![0]!.length).toBe(12 * rows.length);
  });

  it('of short texts is nothing but the same text', async () => {
    const texts = ['yes', 'yep', 'yet', 'no', 'nope', 'ok', 'k', '?', '!!', '\u{1f44d}', '\u8eca', 'abc', 'abcd'];
    const report = await takeRows(
      await temporaryStore(),
      texts.map((text) => ({ text, label: 'one' })),
      skip,
    );
    expect(report).toMatchObject({ accepted: texts.length, duplicates: 0, nearDuplicates: { skipped: 0 } });
  });

  it('stays within a task', async () => {
    const store = await temporaryStore();
    const declaration = { ...declare(skip), tasks: ['intent', 'tone'].map(openTask) };
    await takeRows(store, [parcel], skip, { declaration, task: 'intent' });
    const report = await takeRows(store, [parcelToday], skip, { declaration, task: 'tone' });
    expect(report).toMatchObject({ accepted: 1, nearDuplicates: { skipped: 0 } });
  });

  it('is told of sets of labels as of labels', async () => {
    const store = await temporaryStore();
    const declaration = { ...declare(skip), tasks: [{ ...openTask('intent'), multiLabel: true }] };
    const rows: IntakeRow[] = [
      { text: parcel.text, labels: ['late', 'parcel'] },
      { text: parcelToday.text, labels: ['parcel', 'late'] },
      { text: `${parcel.text} now`, labels: ['late'] },
    ];
    const report = await takeRows(store, rows, skip, { declaration, fields: { text: 'text', label: 'labels' } });
    expect(report).toMatchObject({ accepted: 1, rejected: 1, nearDuplicates: { skipped: 1, contradictions: 1 } });
  });
});

describe('a setting that comes later', () => {
  it('first indexes what is there, tells how far it is, and then compares with it', async () => {
    const store = await temporaryStore();
    const earlier = sentences(1500, 'earlier').map((text) => ({ text, label: 'one' }));
    await takeRows(store, [parcel, ...earlier]);
    const heard: (readonly number[])[] = [];
    const listening = { onIndexed: (done: number, total: number) => void heard.push([done, total]) };
    const report = await takeRows(store, [parcelToday], link, listening);
    expect(report).toMatchObject({ accepted: 1, nearDuplicates: { linked: 1 } });
    expect(heard).toEqual([
      [1000, 1501],
      [1501, 1501],
    ]);
    const bands = await bandsIn(store);
    const fresh = await temporaryStore();
    await takeRows(fresh, [parcel, ...earlier], link);
    await takeRows(fresh, [parcelToday], link);
    expect(bands).toEqual(await bandsIn(fresh));
  });

  it('does so once, and again only for what came while it was off', async () => {
    const store = await temporaryStore();
    const heard: number[] = [];
    const listening = { onIndexed: (_done: number, total: number) => void heard.push(total) };
    await takeRows(store, [parcel], link, listening);
    await takeRows(store, [{ text: 'good morning', label: 'hello' }], link, listening);
    await takeRows(store, [refund]);
    await takeRows(store, [{ text: 'good evening to you', label: 'hello' }]);
    expect(heard).toEqual([]);
    const late = [{ text: `${refund.text} now`, label: 'refund' }];
    expect(await takeRows(store, late, skip, listening)).toMatchObject({ accepted: 0, nearDuplicates: { skipped: 1 } });
    expect(heard).toEqual([2]);
    expect(await takeRows(store, late, skip, listening)).toMatchObject({ nearDuplicates: { skipped: 1 } });
    expect(heard).toEqual([2]);
  });

  it('is undone with an intake that is stopped', async () => {
    const store = await temporaryStore();
    await takeRows(store, [parcel, ...sentences(1500, 'stopped').map((text) => ({ text, label: 'one' }))]);
    const stopping = new AbortController();
    const stopped = takeRows(store, [parcelToday], link, {
      signal: stopping.signal,
      onIndexed: () => stopping.abort(),
    });
    expect(await errorOf(stopped)).toMatchObject({ code: 'INTERRUPTED' });
    expect([await bandsIn(store), await linksOf(store)]).toEqual([[], []]);
    expect(await store.queries.selectFrom('near_marks').selectAll().execute()).toEqual([]);
  });
});

describe('the declaration', () => {
  it.each([
    ['intake: { nearDuplicates: { action: merge } }', 'intake.nearDuplicates.action'],
    ['intake: { nearDuplicates: {} }', 'intake.nearDuplicates.action'],
    ['intake: { nearDuplicates: { action: skip, threshold: 0.5 } }', 'intake.nearDuplicates.threshold'],
    ['intake: { nearDuplicates: { action: skip, treshold: 0.9 } }', 'intake.nearDuplicates.treshold'],
  ])('%s is refused, with its key', async (declared, field) => {
    expect(await errorOf(() => declare(declared))).toMatchObject({ code: 'DECLARATION_INVALID', at: { field } });
  });

  it('has a threshold of 0.8 if none is named', () => {
    expect(declare(skip).intake!.nearDuplicates).toEqual({ action: 'skip', threshold: 0.8 });
  });
});
