/** `drift` and `unknown` of the library, on a real champion over the small encoder. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom, shuffled } from '#espalier/core/random.js';
import type { BatchDrift, ScopeCheck } from '#espalier/drift/drift-check.js';
import type { AdapterHandle } from '#espalier/index.js';
import type { DriftReport } from '#espalier/library/drift.js';
import { openTestWorkspace, type TestWorkspace, testRows } from '#espalier/testing/testing.js';

const labels = ['refund', 'shipping', 'invoice'];
const time = (day: number) => new Date(Date.UTC(2026, 10, day));

const opened: TestWorkspace[] = [];
afterAll(async () => {
  for (const workspace of opened) await workspace.close();
});

/** Rows of one source in random order: the champions learn the first 120. */
const pool = shuffled(testRows(labels, 120, 1), seededRandom('pool'));
/** Rows that no champion has learned, each part once. */
const alike = (part: number, count = 60) => pool.slice(120 + part * 60, 120 + part * 60 + count);

/** An adapter whose champion has learned three quarters of 120 rows. */
async function trained(declare?: (source: string) => string): Promise<[AdapterHandle, TestWorkspace]> {
  const workspace = await openTestWorkspace({ declare });
  opened.push(workspace);
  const triage = await workspace.espalier.adapter();
  await triage.ingest(pool.slice(0, 120), { domain: 'desk', at: time(1) });
  await approveNext(workspace, triage, time(2));
  return [triage, workspace];
}

async function approveNext({ espalier }: TestWorkspace, triage: AdapterHandle, at: Date): Promise<void> {
  const { candidateId } = await triage.update({ at });
  await espalier.candidates.approve(candidateId, { reason: 'test', at, override: true });
}

/** Rows of another source. */
const freshRows = (names: readonly string[], each: number, seed: number) =>
  testRows(names, each, seed).map(({ text, label }) => ({ text: `${text} ${seed}x`, label }));

const onlyBatch = ({ batches }: DriftReport): BatchDrift => {
  expect(batches).toHaveLength(1);
  return batches[0]!;
};
const wholeOf = (check: BatchDrift): ScopeCheck => check.scopes[0]!;

describe('without a champion', () => {
  it('nothing is compared, queued or listed', async () => {
    const workspace = await openTestWorkspace();
    opened.push(workspace);
    const triage = await workspace.espalier.adapter();
    await expect(triage.drift()).rejects.toMatchObject({ code: 'NO_CHAMPION' });
    await triage.ingest(testRows(labels, 5), { domain: 'desk' });
    await expect(triage.drift({ texts: ['a refund'] })).rejects.toMatchObject({ code: 'NO_CHAMPION' });
    await expect(triage.unknown.add(['a refund'])).rejects.toMatchObject({ code: 'NO_CHAMPION' });
    expect(await triage.unknown.list()).toMatchObject({ texts: 0, clusters: [] });
  });
});

describe('a batch of examples', () => {
  let triage: AdapterHandle;
  let workspace: TestWorkspace;
  beforeAll(async () => {
    [triage, workspace] = await trained();
  });

  it('that the champion has learned is not compared', async () => {
    expect(await triage.drift()).toMatchObject({ version: 1, batches: [], passed: [] });
    const { batches, passed } = await triage.drift({ since: time(1) });
    expect(batches).toEqual([]);
    expect(passed).toMatchObject([{ number: 1, arrivals: { first: 1, last: 120 } }]);
    expect(passed[0]!.reason).toContain('has learned it');
  });

  it('of the same texts has not drifted, and is compared once', async () => {
    await triage.ingest(alike(0), { domain: 'desk', at: time(3) });
    const check = onlyBatch(await triage.drift({ at: time(4) }));
    expect(check).toMatchObject({ drifted: false, number: 2, arrivals: { first: 121, last: 180 }, texts: 60 });
    expect(wholeOf(check)).toMatchObject({
      ...{ domain: null, decides: true, against: 'everything learned', compared: 60 },
      inputs: { reference: 90, learned: 90 },
      scores: { held: 30 },
      novelty: { held: 30 },
    });
    expect(wholeOf(check).p).toBeGreaterThan(0.05);
    const again = onlyBatch(await triage.drift({ at: time(5) }));
    expect(again).toEqual(check);
    const anew = onlyBatch(await triage.drift({ at: time(5), again: true }));
    expect(anew).toEqual({ ...check, at: time(5).toISOString() });
  });

  it('of one label alone has drifted, and says which label', async () => {
    await triage.ingest(freshRows(['refund'], 40, 3), { domain: 'desk', at: time(6) });
    const check = onlyBatch(await triage.drift({ batch: 3 }));
    expect(check.drifted).toBe(true);
    const inputs = wholeOf(check).inputs as { p: number; effect: number };
    expect(inputs.p).toBe(0.001);
    expect(inputs.effect).toBeGreaterThan(0.2);
    if ('reason' in check.labels) throw new Error(check.labels.reason);
    const share = check.labels.shares.find(({ label }) => label === 'refund')!;
    expect(share.observed).toBe(1);
    expect(Math.abs(share.learned - 1 / 3)).toBeLessThan(0.1);
    expect(share.likelihood!.share).toBeGreaterThan(0.9);
    expect(share.likelihood!.lower).toBeGreaterThan(0.5);
    expect(check.labels.distance).toBeGreaterThan(0.5);
    // Three labels and 40 texts: half of 3 x 0.8 x sqrt(0.22 / 40).
    expect(Math.abs(check.labels.byChance! - 0.089)).toBeLessThan(0.01);
  });

  it('of a new label has drifted, and the estimates say that they know nothing of it', async () => {
    await triage.ingest(freshRows(['quantum_zebra'], 30, 4), { domain: 'desk', at: time(7) });
    const check = onlyBatch(await triage.drift({ since: time(7) }));
    expect(check.drifted).toBe(true);
    if ('reason' in check.labels) throw new Error(check.labels.reason);
    expect(check.labels.notes.join()).toContain('30 examples have a label that the champion has not learned');
    expect(check.labels.shares.at(-1)).toEqual({ label: 'quantum_zebra', learned: 0, observed: 1 });
  });

  it('of one row is too small to tell', async () => {
    await triage.ingest([{ text: 'one refund alone', label: 'refund' }], { domain: 'desk', at: time(8) });
    const check = onlyBatch(await triage.drift({ since: time(8) }));
    expect(check).toMatchObject({ drifted: false, texts: 1 });
    expect(wholeOf(check)).toMatchObject({
      ...{ p: null, compared: 1 },
      inputs: { reason: 'number of texts: 1; at least 10 are needed' },
      scores: { reason: 'number of texts: 1; at least 10 are needed' },
      novelty: { p: null },
    });
  });

  it('is refused by a number, a task or a choice that is not there', async () => {
    await expect(triage.drift({ batch: 99 })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(triage.drift({ batch: 99 })).rejects.toThrow('no batch 99');
    await expect(triage.drift({ task: 'tone' })).rejects.toMatchObject({ code: 'TASK_UNKNOWN' });
    await expect(triage.drift({ batch: 1, since: time(1) })).rejects.toThrow('different ways');
    const status = await workspace.espalier.status();
    expect(status).toBeDefined();
  });

  it('is compared again with another champion', async () => {
    await approveNext(workspace, triage, time(9));
    expect(await triage.drift()).toMatchObject({ version: 2, batches: [] });
    await triage.ingest(alike(1, 30), { domain: 'desk', at: time(10) });
    expect(onlyBatch(await triage.drift())).toMatchObject({ version: 2, number: 6 });
  });
});

describe('domains', () => {
  it('that were learned are compared with themselves, and others with everything', async () => {
    const [triage, workspace] = await trained();
    await triage.ingest(freshRows(['wallet', 'coupon'], 30, 6), { domain: 'shop', at: time(3) });
    await approveNext(workspace, triage, time(4));
    const mixed = [
      ...alike(2, 30).map((row) => ({ ...row, domain: 'desk' })),
      ...freshRows(['zeppelin'], 20, 7).map((row) => ({ ...row, domain: 'harbour' })),
      ...freshRows(['wallet'], 2, 7).map((row) => ({ ...row, domain: 'shop' })),
    ];
    await triage.ingest(mixed, { domainField: 'domain', at: time(5) });
    const check = onlyBatch(await triage.drift());
    expect(check.scopes.map(({ domain, against, decides }) => [domain, against, decides])).toEqual([
      [null, 'everything learned', false],
      ['desk', 'the same domain', true],
      ['harbour', 'everything learned', true],
    ]);
    const [, desk, harbour] = check.scopes;
    expect(desk!.p).toBeGreaterThan(0.05);
    expect(harbour!.p).toBeLessThan(0.05);
    expect(check.drifted).toBe(true);
    await triage.ingest(alike(3, 30), { domain: 'desk', at: time(6) });
    const known = onlyBatch(await triage.drift({ batch: 4 }));
    expect(known.scopes.map(({ domain, decides }) => [domain, decides])).toEqual([
      [null, false],
      ['desk', true],
    ]);
    expect(known.drifted).toBe(false);
  });
});

describe('texts without labels', () => {
  let triage: AdapterHandle;
  let workspace: TestWorkspace;
  const strange = Array.from({ length: 30 }, (_, index) => `\u4f60\u597d xylophone \u4e16\u754c ${index} qqq`);
  beforeAll(async () => {
    [triage, workspace] = await trained((source) => source.replace('holdout:', 'intake:\n  redact: [email]\nholdout:'));
  });

  it('of a kind that was learned have not drifted', async () => {
    const texts = alike(3).map(({ text }) => text);
    const { batches, queued } = await triage.drift({ texts });
    expect(batches[0]).toMatchObject({ drifted: false, texts: 60, task: 'label' });
    expect(batches[0]!.batch).toMatch(/^texts [0-9a-f]{16}$/);
    expect(batches[0]).not.toHaveProperty('arrivals');
    expect(queued![0]!.unknown).toBeLessThan(12);
    expect(await triage.drift({ texts })).toMatchObject({ batches });
  });

  it('that are all equal are compared without a fault', async () => {
    const check = onlyBatch(await triage.drift({ texts: Array.from({ length: 30 }, () => 'where is my refund') }));
    expect(check).toMatchObject({ drifted: true, texts: 30 });
    expect(Number.isFinite((wholeOf(check).inputs as { effect: number }).effect)).toBe(true);
  });

  it('that are empty are refused', async () => {
    await expect(triage.drift({ texts: [] })).rejects.toMatchObject({ code: 'INPUT_EMPTY' });
    await expect(triage.drift({ texts: ['', '  ', '\u0000'] })).rejects.toMatchObject({ code: 'INPUT_EMPTY' });
    await expect(triage.unknown.add([''])).rejects.toMatchObject({ code: 'INPUT_EMPTY' });
  });

  it('that the champion does not know are queued once, redacted', async () => {
    const { espalier } = workspace;
    expect(espalier).toBeDefined();
    await triage.unknown.drop({ all: true, reason: 'a clean start' });
    const [added] = await triage.unknown.add([...strange, 'xylophone qqq zzz ann@example.org', '...', 'my refund']);
    expect(added).toMatchObject({ task: 'label', texts: 33, known: 0 });
    expect(added!.added).toBe(added!.unknown);
    expect(added!.unknown).toBeGreaterThan(25);
    expect(await triage.unknown.add(strange)).toMatchObject([{ added: 0 }]);
    const { texts, clusters } = await triage.unknown.list();
    expect(texts).toBe(added!.unknown);
    const all = clusters.flatMap((cluster) => cluster.texts);
    expect(all).toHaveLength(texts);
    expect(all.map(({ text }) => text).join('\n')).not.toContain('@');
    expect(all.find(({ text }) => text === strange[3])).toMatchObject({ timesSeen: 2, version: 1 });
    expect(clusters.map(({ size }) => size)).toEqual(clusters.map(({ size }) => size).sort((a, b) => b - a));
    expect(clusters[0]!.proposedName).toMatch(/xylophone|qqq/);
    expect(await triage.unknown.list()).toEqual(await triage.unknown.list());
  });

  it('are named by the rules of every intake: a dry run says which are refused', async () => {
    const suite =
      'name: own\nversion: 1\nkind: sts\ncapability: A test.\nmetric: spearman\nhigher_is_better: true\nchance: 0\nlicence: Apache-2.0\n';
    mkdirSync(join(workspace.folder, 'evals', 'own'), { recursive: true });
    writeFileSync(join(workspace.folder, 'evals', 'own', 'suite.yaml'), suite);
    const cases = [
      { id: '1', a: strange[0], b: 'another text', score: 1 },
      { id: '2', a: 'a third text', b: 'a fourth text', score: 0 },
    ];
    writeFileSync(
      join(workspace.folder, 'evals', 'own', 'cases.jsonl'),
      cases.map((own) => JSON.stringify(own)).join('\n'),
    );
    const { clusters, texts: before } = await triage.unknown.list();
    const choice = { clusters: clusters.map(({ cluster }) => cluster), label: 'greeting' };
    const dry = await triage.unknown.name({ ...choice, dryRun: true });
    expect(dry).toMatchObject({ applied: false, intake: null, removed: 0 });
    expect(dry.texts.filter(({ refused }) => refused !== undefined)).toMatchObject([{ text: strange[0] }]);
    expect((await triage.unknown.list()).texts).toBe(before);
    const named = await triage.unknown.name({ ...choice, at: time(5) });
    expect(named.intake).toMatchObject({ accepted: before - 1, leaked: 1 });
    expect(named).toMatchObject({ applied: true, removed: before - 1 });
    const left = await triage.unknown.list();
    expect(left.clusters.flatMap(({ texts }) => texts.map(({ text }) => text))).toEqual([strange[0]]);
    expect(await triage.unknown.add(strange)).toMatchObject([{ added: 0, known: expect.any(Number) }]);
    const examples = [];
    for await (const row of triage.examples({ domain: 'unknown' })) examples.push(row);
    expect(examples).toHaveLength(before - 1);
    expect(examples[0]).toMatchObject({ label: 'greeting', source: 'unknown' });
    expect(examples.some(({ split }) => split === 'holdout')).toBe(true);
  });

  it('are dropped with a reason, and chosen by the beginning of an id', async () => {
    const [cluster] = (await triage.unknown.list()).clusters;
    const { hash } = cluster!.texts[0]!;
    await expect(triage.unknown.drop({ ids: [hash] })).rejects.toThrow('needs a reason');
    await expect(triage.unknown.drop({ reason: 'x' })).rejects.toThrow('no text of the queue was chosen');
    const missing = { code: 'UNKNOWN_TEXT_NOT_FOUND' };
    await expect(triage.unknown.drop({ ids: ['zzzzzz'], reason: 'x' })).rejects.toMatchObject(missing);
    await expect(triage.unknown.drop({ ids: [hash.slice(0, 3)], reason: 'x' })).rejects.toMatchObject(missing);
    await expect(triage.unknown.name({ clusters: ['000000'], label: 'x' })).rejects.toMatchObject(missing);
    const dry = await triage.unknown.drop({ ids: [hash.slice(0, 8)], dryRun: true });
    expect(dry).toMatchObject({ applied: false, texts: [{ hash }] });
    expect(await triage.unknown.drop({ ids: [hash.slice(0, 8)], reason: 'noise' })).toMatchObject({ applied: true });
    expect(await triage.unknown.list()).toMatchObject({ texts: 0, clusters: [] });
  });
});

describe('other heads and tasks', () => {
  it('a head without kept sums is compared with the sample', async () => {
    const [triage] = await trained((source) => source.replace('strategy: analytic', 'strategy: finetune'));
    await triage.ingest(alike(0), { domain: 'desk', at: time(3) });
    const inputs = wholeOf(onlyBatch(await triage.drift())).inputs;
    expect(inputs).toMatchObject({ reference: 90, learned: 90 });
    expect((inputs as { p: number }).p).toBeGreaterThan(0.01);
    await triage.ingest(freshRows(['quantum_zebra'], 30, 4), { domain: 'desk', at: time(4) });
    expect(onlyBatch(await triage.drift({ batch: 3 }))).toMatchObject({ drifted: true });
  });

  it('a multi-label task has inputs and scores, and says why it has no label shares', async () => {
    const workspace = await openTestWorkspace({
      declare: (source) => source.replace('- name: label', '- name: label\n    multiLabel: true'),
    });
    opened.push(workspace);
    const triage = await workspace.espalier.adapter();
    const sets = (rows: { text: string; label: string }[]) =>
      rows.map(({ text, label }) => ({ text, labels: [label, 'any'] }));
    await triage.ingest(sets(pool.slice(0, 120)), { domain: 'desk', at: time(1) });
    await approveNext(workspace, triage, time(2));
    await triage.ingest(sets(alike(0)), { domain: 'desk', at: time(3) });
    const check = onlyBatch(await triage.drift());
    expect(check.labels).toEqual({ reason: expect.stringContaining('multi-label') });
    expect(wholeOf(check)).toMatchObject({ inputs: { p: expect.any(Number) }, scores: { p: expect.any(Number) } });
    // Sums over classes would count each text twice.
    expect((wholeOf(check).inputs as { effect: number }).effect).toBeLessThan(0.3);
    await triage.unknown.add(['\u4f60\u597d \u4e16\u754c']);
    const { clusters } = await triage.unknown.list();
    const named = await triage.unknown.name({ all: true, label: 'greeting' });
    expect(named.removed).toBe(clusters.length);
  });
});
