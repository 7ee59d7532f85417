/** The library does what the commands do, and gives back what they print with --json. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEspalier, type ProgressEvent, type ServedChampion } from '#espalier/index.js';
import { stages } from '#espalier/store/runs.js';
import { openTestWorkspace, type TestWorkspace, testRows } from '#espalier/testing/testing.js';
import { succeedJson } from '../support/command.js';

const labels = ['refund', 'shipping', 'invoice'];

let desk: TestWorkspace;
beforeAll(async () => {
  desk = await openTestWorkspace();
});
afterAll(() => desk.close());

/** What a command prints, and what the library gives for it, after a journey through JSON. */
const asPrinted = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;
const printed = (...words: string[]) => succeedJson<unknown>(desk.folder, words);

describe('an open workspace', () => {
  it('is the nearest at or above a folder, and says where there is none', async () => {
    await using found = await openEspalier({ workspace: join(desk.folder, 'adapters', 'triage') });
    expect(found.workspace).toBe(desk.folder);
    expect(await found.adapters()).toEqual(['triage']);
    await expect(openEspalier({ workspace: '/' })).rejects.toMatchObject({ code: 'NOT_A_WORKSPACE' });
    await expect(found.adapter('triaje')).rejects.toMatchObject({ code: 'ADAPTER_NOT_FOUND' });
  });

  it('takes nothing after it was closed', async () => {
    const other = await openEspalier({ workspace: desk.folder });
    await other.close();
    await expect(other.status()).rejects.toThrow('was closed');
  });
});

describe('an adapter', () => {
  it('takes rows in, whatever they come from, and keeps the texts of suites out by itself', async () => {
    const triage = await desk.espalier.adapter();
    const suite =
      'name: own\nversion: 1\nkind: sts\ncapability: A test.\nmetric: spearman\nhigher_is_better: true\nchance: 0\nlicence: Apache-2.0\n';
    mkdirSync(join(desk.folder, 'evals', 'own'), { recursive: true });
    writeFileSync(join(desk.folder, 'evals', 'own', 'suite.yaml'), suite);
    const pairs = [
      { id: '1', a: 'a text of a suite', b: 'another text of it', score: 1 },
      { id: '2', a: 'a third text', b: 'a fourth text of it', score: 0 },
    ];
    writeFileSync(
      join(desk.folder, 'evals', 'own', 'cases.jsonl'),
      pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(''),
    );
    const rows = async function* () {
      yield { text: 'a text of a suite', label: 'refund' };
      yield* testRows(labels, 20);
    };
    const report = await triage.ingest(rows(), { domain: 'desk', at: new Date('2026-11-24T08:00:00Z') });
    expect(report).toMatchObject({ accepted: 60, leaked: 1, rejected: 1 });
    writeFileSync(join(desk.folder, 'more.jsonl'), '{"text":"one more refund","label":"refund"}\n');
    expect(await triage.ingest(join(desk.folder, 'more.jsonl'), { domain: 'desk' })).toMatchObject({ accepted: 1 });
    await expect(triage.ingest([null as unknown as object], { domain: 'desk' })).rejects.toMatchObject({
      code: 'INPUT_REJECTED',
    });
    await expect(triage.ingest([], {})).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('trains a candidate, tells of its progress, and serves it once it is approved', async () => {
    const triage = await desk.espalier.adapter('triage');
    const events: ProgressEvent[] = [];
    const update = await triage.update({ onProgress: (event) => events.push(event) });
    expect(events.filter(({ kind }) => kind === 'end').map(({ stage }) => stage)).toEqual([...stages]);
    expect(update).toMatchObject({ candidateId: 1, strategy: 'analytic', report: { mayApprove: true } });
    await expect(triage.predict(['where is my shipping'])).rejects.toMatchObject({ code: 'NO_CHAMPION' });
    const approved = await desk.espalier.candidates.approve(1, { reason: 'the first', actor: 'ana' });
    expect(approved).toMatchObject({ adapter: 'triage', champion: 1, act: 'approve' });
    const [answer] = await triage.predict(['the shipping order again'], { alwaysAnswer: true });
    expect(answer).toMatchObject({ label: 'shipping', task: 'label', version: 1 });
    expect((await desk.espalier.candidates.show(1)).decisions).toMatchObject([
      { act: 'approve', actor: 'ana', reason: 'the first' },
    ]);
  });

  it('has results that are what the commands print', { timeout: 300_000 }, async () => {
    const { espalier } = desk;
    const triage = await espalier.adapter('triage');
    expect(asPrinted(await espalier.status())).toEqual(await printed('status'));
    expect(asPrinted(await espalier.candidates.list({ all: true }))).toEqual(
      await printed('candidates', 'list', '--all'),
    );
    expect(asPrinted(await espalier.candidates.show(1))).toEqual(await printed('candidates', 'show', '1'));
    expect(asPrinted(await espalier.candidates.verify(1))).toEqual(await printed('candidates', 'verify', '1'));
    expect(asPrinted(await triage.buffer.stats())).toEqual(await printed('buffer', 'stats'));
    expect(asPrinted(await triage.buffer.list({ label: 'refund', limit: 3 }))).toEqual(
      await printed('buffer', 'list', '--label', 'refund', '--limit', '3'),
    );
    const [first] = await triage.buffer.list();
    expect(asPrinted(await triage.buffer.show(first!.id))).toEqual(await printed('buffer', 'show', String(first!.id)));
    expect(asPrinted(await triage.buffer.why(first!.id))).toEqual(await printed('buffer', 'why', String(first!.id)));
    expect(asPrinted(await espalier.suites.show('own'))).toEqual(await printed('eval', 'show', 'own'));
    expect(asPrinted(await espalier.suites.list())).toEqual(await printed('eval', 'list'));
    expect(asPrinted(await espalier.suites.history('holdout/desk'))).toEqual(
      await printed('eval', 'history', 'holdout/desk'),
    );
    expect(asPrinted(await espalier.suites.validate('own'))).toEqual(await printed('eval', 'validate', 'own'));
    const evaluated = await triage.evaluate({ at: new Date('2026-11-25T08:00:00Z') });
    expect(asPrinted(evaluated)).toEqual(await printed('eval', 'run', 'triage', '--at', '2026-11-25T08:00:00Z'));
    expect(asPrinted((await triage.predict(['my invoice']))[0])).toEqual(
      await printed('predict', 'triage', 'my invoice'),
    );
    expect(asPrinted((await triage.embed(['my invoice']))[0])).toEqual(await printed('embed', 'triage', 'my invoice'));
  });

  it('gives back what was taken in, row by row', async () => {
    const triage = await desk.espalier.adapter();
    const rows = [];
    for await (const row of triage.examples({ split: 'holdout' })) rows.push(row);
    expect(rows.length).toBeGreaterThan(5);
    expect(rows.every(({ split, label }) => split === 'holdout' && labels.includes(label!))).toBe(true);
  });

  it('is exported alone and joined with its encoder', async () => {
    const triage = await desk.espalier.adapter();
    const alone = await triage.export({ file: join(desk.folder, 'alone.onnx'), what: 'adapter' });
    expect(alone).toMatchObject({ adapter: 'triage', version: 1, files: [join(desk.folder, 'alone.onnx')] });
    expect((await readFile(alone.files[0]!)).length).toBe(alone.bytes);
    const fused = await triage.export({ file: join(desk.folder, 'fused.onnx'), what: 'fused' });
    expect(fused.files).toHaveLength(4);
    expect(fused.bytes).toBeGreaterThan(alone.bytes);
  });

  it('plays strategies on its own stream', async () => {
    const triage = await desk.espalier.adapter();
    await triage.ingest(testRows(['parcel', 'address'], 12), { domain: 'depot' });
    const comparison = await triage.compare({ strategies: ['analytic', 'replay'], budgets: [20] });
    expect(comparison.rows.map(({ strategy }) => strategy).sort()).toEqual(['analytic', 'replay']);
    await expect(triage.compare({ budgets: [0] })).rejects.toMatchObject({ code: 'USAGE' });
  });
});

describe('a champion that is held open', () => {
  let followed: ServedChampion;
  let fixed: ServedChampion;

  it('is followed by the one that is approved next, where that was asked for', async () => {
    const triage = await desk.espalier.adapter();
    [followed, fixed] = [await triage.champion({ follow: true }), await triage.champion()];
    const { candidateId } = await triage.update({ field: ['analytic', 'slda'] });
    await desk.espalier.candidates.approve(candidateId, { reason: 'new labels', override: true });
    const ask = (champion: ServedChampion) => champion.predict(['which address is it'], { alwaysAnswer: true });
    const [first, second, third] = await Promise.all([ask(followed), ask(followed), ask(fixed)]);
    expect([first![0]!.version, second![0]!.version, third![0]!.version]).toEqual([2, 2, 1]);
    expect(first![0]!.label).toBe('address');
  });

  it('goes back with a rollback, and answers while it is replaced', async () => {
    const triage = await desk.espalier.adapter();
    const asked = Array.from({ length: 20 }, () => followed.predict(testRows(labels, 20).map(({ text }) => text)));
    expect(await triage.rollback({ reason: 'a test' })).toEqual({ adapter: 'triage', from: 2, to: 1 });
    expect((await followed.predict(['refund']))[0]!.version).toBe(1);
    expect((await Promise.all(asked)).every((answers) => answers.length === 60)).toBe(true);
    await Promise.all([followed.close(), fixed.close(), followed.close()]);
  });
});

describe('a call', () => {
  it('is stopped by its own signal, and by that of the workspace', async () => {
    const stop = new AbortController();
    await using other = await openEspalier({ workspace: desk.folder, signal: stop.signal });
    const triage = await other.adapter();
    await triage.ingest(testRows(['postage', 'stamps'], 8), { domain: 'post' });
    await expect(triage.update({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'INTERRUPTED' });
    stop.abort();
    await expect(triage.update()).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });

  it('runs the schedule, and says where there is none', async () => {
    const { espalier } = desk;
    await expect(espalier.schedule.status()).rejects.toMatchObject({ code: 'SCHEDULE_EMPTY' });
    const file = join(desk.folder, 'adapters', 'triage', 'adapter.yaml');
    writeFileSync(file, `${await readFile(file, 'utf8')}schedule: { newExamples: 5 }\n`);
    expect(asPrinted(await espalier.schedule.status())).toMatchObject([{ adapter: 'triage', newExamples: 30 }]);
    expect(await espalier.schedule.runOnce()).toMatchObject([{ adapter: 'triage', outcome: 'candidate' }]);
    expect(await espalier.schedule.run({ signal: AbortSignal.timeout(500) })).toEqual({ started: 0 });
  });
});
