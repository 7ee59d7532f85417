/** Groups of similar texts, and similar texts with different labels, held to a comparison of every pair. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { groupBy } from '#espalier/core/grouping.js';
import { bandingFor } from '#espalier/core/min-hash.js';
import { pickOne, seededRandom } from '#espalier/core/random.js';
import { shinglesOf, similarityOf } from '#espalier/core/shingles.js';
import type { AdapterHandle } from '#espalier/library/adapter-handle.js';
import type { ProgressEvent } from '#espalier/library/site.js';
import { openTestWorkspace, type TestWorkspace } from '#espalier/testing/testing.js';
import { errorOf } from '../support/errors.js';

interface Row {
  readonly text: string;
  readonly label: string;
}

/** Sentences of which every third is a changed earlier one, some with another label. */
function rowsWithTwins(count: number): Row[] {
  const random = seededRandom('library near-duplicates');
  const syllables = ['ba', 'de', 'fi', 'go', 'hu', 'la', 'me', 'ni', 'po', 'ru', 'sta', 'tre'];
  const word = () => Array.from({ length: 2 + random.integer(2) }, () => pickOne(syllables, random)).join('');
  const rows: Row[] = [];
  for (let index = 0; index < count; index++) {
    const label = `label ${random.integer(3)}`;
    if (index % 3 > 0 || rows.length === 0) {
      rows.push({ text: Array.from({ length: 7 + random.integer(5) }, word).join(' '), label });
      continue;
    }
    const { text, label: same } = pickOne(rows, random);
    rows.push({
      text: `${text} ${word().slice(0, 1 + random.integer(6))}`,
      label: random.uniform() < 0.7 ? same : label,
    });
  }
  return rows.filter(({ text }, index) => rows.findIndex((other) => other.text === text) === index);
}

const rows = rowsWithTwins(420);
let desk: TestWorkspace;
let triage: AdapterHandle;
/** As stored, in order of arrival. */
const stored: (Row & { readonly id: number; readonly shingles: Int32Array })[] = [];

beforeAll(async () => {
  desk = await openTestWorkspace();
  triage = await desk.espalier.adapter();
  await triage.ingest(rows, { domain: 'd' });
  for await (const { text, label } of triage.examples())
    stored.push({
      id: stored.length + 1,
      text: text as string,
      label: label as string,
      shingles: shinglesOf(text as string),
    });
});
afterAll(() => desk.close());

interface ExactPair {
  readonly earlier: number;
  readonly later: number;
  readonly similarity: number;
}

function exactPairs(threshold: number): ExactPair[] {
  const pairs: ExactPair[] = [];
  for (const later of stored)
    for (const earlier of stored.slice(0, later.id - 1)) {
      const similarity = similarityOf(earlier.shingles, later.shingles, threshold);
      if (similarity > 0) pairs.push({ earlier: earlier.id, later: later.id, similarity });
    }
  return pairs;
}

/** Connected components, by spreading the smallest id until nothing changes. */
function componentsOf(pairs: readonly ExactPair[]): number[][] {
  const first = new Map(stored.map(({ id }) => [id, id]));
  for (let changed = true; changed; ) {
    changed = false;
    for (const { earlier, later } of pairs) {
      const smallest = Math.min(first.get(earlier)!, first.get(later)!);
      for (const id of [earlier, later]) {
        if (first.get(id) === smallest) continue;
        first.set(id, smallest);
        changed = true;
      }
    }
  }
  const groups = groupBy(first.keys(), (id) => first.get(id)!);
  return [...groups.values()].filter((group) => group.length > 1);
}

describe('duplicates', () => {
  it.each([0.6, 0.8, 0.9])('are the groups that every pair with a similarity of %d connects', async (threshold) => {
    const found = await triage.buffer.duplicates({ threshold });
    const groups = found.groups.map(({ members }) => members.map(({ id }) => id));
    const expected = componentsOf(exactPairs(threshold));
    expect(groups.toSorted((a, b) => a[0]! - b[0]!)).toEqual(expected.sort((a, b) => a[0]! - b[0]!));
    expect(found).toMatchObject({ examples: stored.length, found: expected.length, threshold });
    expect(found.duplicates).toBe(expected.reduce((sum, group) => sum + group.length - 1, 0));
    const sizes = groups.map(({ length }) => length);
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  });

  it('say label, split, and the similarity to the first of the group', async () => {
    const { groups, acrossSplits } = await triage.buffer.duplicates();
    for (const { members, labels, acrossSplits: isTorn } of groups) {
      const first = stored[members[0]!.id - 1]!;
      for (const { id, text, label, similarity, linkedTo } of members) {
        expect(stored[id - 1]).toMatchObject({ text, label });
        expect(similarity).toBe(similarityOf(first.shingles, shinglesOf(text)));
        expect(linkedTo).toBeNull();
      }
      expect(labels).toBe(new Set(members.map(({ label }) => label)).size);
      expect(isTorn).toBe(new Set(members.map(({ split }) => split)).size > 1);
    }
    expect(acrossSplits).toBe(groups.filter((group) => group.acrossSplits).length);
    expect(acrossSplits).toBeGreaterThan(0);
  });

  it('are described up to a limit, and counted whole', async () => {
    const all = await triage.buffer.duplicates();
    const few = await triage.buffer.duplicates({ limit: 2 });
    expect(few).toEqual({ ...all, groups: all.groups.slice(0, 2) });
  });
});

describe('conflicts', () => {
  it('are the most similar pairs of each example with another label, each once, the most similar first', async () => {
    const threshold = 0.7;
    const { conflicts, found, examples } = await triage.buffer.conflicts({ threshold });
    const disputed = exactPairs(threshold).filter(
      ({ earlier, later }) => stored[earlier - 1]!.label !== stored[later - 1]!.label,
    );
    const best = (id: number) =>
      Math.max(
        ...disputed.filter(({ earlier, later }) => [earlier, later].includes(id)).map(({ similarity }) => similarity),
      );
    const ids = new Set(disputed.flatMap(({ earlier, later }) => [earlier, later]));
    expect(new Set(conflicts.flatMap(({ earlier, later }) => [earlier.id, later.id]))).toEqual(ids);
    for (const { earlier, later, similarity } of conflicts) {
      expect(earlier.label).not.toBe(later.label);
      expect([best(earlier.id), best(later.id)]).toContain(similarity);
    }
    expect(conflicts.length).toBeGreaterThan(10);
    expect([found, examples]).toEqual([conflicts.length, stored.length]);
    const similarities = conflicts.map(({ similarity }) => similarity);
    expect(similarities).toEqual(similarities.toSorted((a, b) => b - a));
    expect(new Set(conflicts.map(({ earlier, later }) => `${earlier.id} ${later.id}`)).size).toBe(conflicts.length);
  });
});

describe('a search', () => {
  it('has the declared threshold if none is given', async () => {
    await using declaring = await openTestWorkspace({
      declare: (source) => `${source}intake: { nearDuplicates: { action: link, threshold: 0.9 } }\n`,
    });
    const adapter = await declaring.espalier.adapter();
    await adapter.ingest(rows.slice(0, 60), { domain: 'd' });
    expect((await adapter.buffer.duplicates()).threshold).toBe(0.9);
    expect((await adapter.buffer.conflicts({ threshold: 0.75 })).threshold).toBe(0.75);
    const { groups } = await adapter.buffer.duplicates();
    for (const { members, acrossSplits } of groups) {
      expect(acrossSplits).toBe(false);
      expect(members.slice(1).every(({ linkedTo }) => linkedTo !== null)).toBe(true);
    }
  });

  it('refuses what is no similarity, no limit and no task', async () => {
    for (const threshold of [0.4, 1.1, Number.NaN])
      expect(await errorOf(triage.buffer.duplicates({ threshold }))).toMatchObject({ code: 'USAGE' });
    expect(await errorOf(triage.buffer.conflicts({ limit: 0 }))).toMatchObject({ code: 'USAGE' });
    expect(await errorOf(triage.buffer.conflicts({ task: 'none' }))).toMatchObject({ code: 'TASK_UNKNOWN' });
  });

  it('tells how far it is, and can be stopped', async () => {
    const events: ProgressEvent[] = [];
    await triage.buffer.duplicates({ onProgress: (event) => void events.push(event) });
    expect(events[0]).toEqual({ kind: 'begin', stage: 'duplicates' });
    expect(events).toContainEqual({
      kind: 'advance',
      stage: 'duplicates',
      done: stored.length,
      total: stored.length,
      unit: 'examples',
    });
    expect(events.at(-2)).toMatchObject({ unit: 'bands', done: bandingFor(0.8).bands });
    expect(await errorOf(triage.buffer.conflicts({ signal: AbortSignal.abort() }))).toMatchObject({
      code: 'INTERRUPTED',
    });
  });

  it('finds nothing in an empty store', async () => {
    await using empty = await openTestWorkspace();
    const adapter = await empty.espalier.adapter();
    expect(await adapter.buffer.duplicates()).toMatchObject({ examples: 0, found: 0, groups: [] });
    expect(await adapter.buffer.conflicts()).toMatchObject({ examples: 0, found: 0, conflicts: [] });
  });
});
