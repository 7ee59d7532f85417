import { renameSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Store, transact } from '#espalier/store/database.js';
import {
  advanceRun,
  beginRun,
  endRun,
  leaseMilliseconds,
  listRuns,
  type Run,
  releaseRun,
  renewLease,
  takeOverRun,
} from '#espalier/store/runs.js';
import { errorOf } from '../support/errors.js';
import { engine, now, temporaryStore } from '../support/store.js';

const later = (milliseconds: number) => new Date(now.getTime() + milliseconds);
const begin = (store: Store, overrides: { adapter?: string; owner?: string } = {}) =>
  beginRun(store, {
    adapter: 'support',
    stage: 'encode',
    plan: { through: 9 },
    trigger: 'manual',
    owner: 'one',
    startedAt: now,
    now,
    ...overrides,
  });
const takeOver = (store: Store, { at = now, alive = true, owner = 'other' } = {}) =>
  takeOverRun(store, 'support', { owner, now: at, isAlive: () => alive });

describe('a run', () => {
  it('keeps plan, stage and outputs for whoever goes on with it', async () => {
    const store = await temporaryStore();
    const run = await begin(store);
    await transact(store, (transaction) => advanceRun(transaction, run, 'train', { encode: { vectors: 3 } }));
    const next = await takeOver(store, { alive: false });
    expect(next).toMatchObject({
      id: run.id,
      stage: 'train',
      plan: { through: 9 },
      outputs: { encode: { vectors: 3 } },
      owner: 'other',
      token: 2,
    });
  });

  it('is the only one of its adapter, and none of another', async () => {
    const store = await temporaryStore();
    await begin(store);
    expect((await errorOf(begin(store, { owner: 'other' }))).code).toBe('UPDATE_RUNNING');
    expect((await begin(store, { adapter: 'billing' })).token).toBe(1);
  });

  it('makes room for the next when it has ended, and is listed, the latest first', async () => {
    const store = await temporaryStore();
    await endRun(store.queries, await begin(store), { status: 'failed', error: 'no space', at: later(5) });
    await begin(store);
    expect(await takeOver(store, { owner: 'one' })).toMatchObject({ id: 2 });
    expect(await listRuns(store.queries, 'support', 9)).toMatchObject([
      { id: 2, status: 'running', endedAt: null },
      { id: 1, status: 'failed', error: 'no space', endedAt: later(5).toISOString() },
    ]);
    expect(await listRuns(store.queries, 'support', 1)).toHaveLength(1);
  });
});

describe('taking over', () => {
  it('gives undefined where nothing is unfinished', async () => {
    const store = await temporaryStore();
    expect(await takeOver(store)).toBeUndefined();
    await endRun(store.queries, await begin(store), { status: 'done', error: null, at: now });
    expect(await takeOver(store)).toBeUndefined();
  });

  it('UPDATE_RUNNING while its owner lives and the lease holds', async () => {
    const store = await temporaryStore();
    await begin(store);
    const error = await errorOf(takeOver(store, { at: later(leaseMilliseconds - 1) }));
    expect(error).toMatchObject({ code: 'UPDATE_RUNNING', message: expect.stringContaining('stage encode, by one') });
  });

  it.each([
    ['when the owner is gone', { alive: false }],
    ['when the lease has run out', { at: later(leaseMilliseconds) }],
    ['when it is the owner itself', { owner: 'one' }],
  ])('happens at once %s', async (_when, how) => {
    const store = await temporaryStore();
    await begin(store);
    expect(await takeOver(store, how)).toMatchObject({ token: 2 });
  });

  it('happens at once when the owner let go of it', async () => {
    const store = await temporaryStore();
    await releaseRun(store, await begin(store));
    expect(await takeOver(store)).toMatchObject({ owner: 'other' });
  });

  it('has to wait for a lease that was renewed', async () => {
    const store = await temporaryStore();
    await renewLease(store, await begin(store), later(20_000));
    expect((await errorOf(takeOver(store, { at: later(leaseMilliseconds + 10_000) }))).code).toBe('UPDATE_RUNNING');
    expect(await takeOver(store, { at: later(leaseMilliseconds + 20_000) })).toMatchObject({ token: 2 });
  });
});

describe('LEASE_LOST: whoever was overtaken while it was paused', () => {
  const acts: [string, (store: Store, run: Run) => Promise<unknown>][] = [
    ['records no stage', (store, run) => transact(store, (transaction) => advanceRun(transaction, run, 'gate', {}))],
    ['renews no lease', (store, run) => renewLease(store, run, now)],
    ['lets go of nothing', (store, run) => releaseRun(store, run)],
    ['ends nothing', (store, run) => endRun(store.queries, run, { status: 'done', error: null, at: now })],
  ];

  it.each(acts)('%s', async (_what, act) => {
    const store = await temporaryStore();
    const run = await begin(store);
    const next = await takeOver(store, { alive: false });
    const before = await store.queries.selectFrom('runs').selectAll().execute();
    expect((await errorOf(act(store, run))).code).toBe('LEASE_LOST');
    expect(await store.queries.selectFrom('runs').selectAll().execute()).toEqual(before);
    await act(store, next!);
  });

  it('undoes what else was written in the same transaction', async () => {
    const store = await temporaryStore();
    const run = await begin(store);
    await takeOver(store, { alive: false });
    const work = transact(store, async (queries) => {
      await queries.insertInto('adapters').values({ name: 'late', champion_version: 1, created_at: '' }).execute();
      await endRun(queries, run, { status: 'done', error: null, at: now });
    });
    expect((await errorOf(work)).code).toBe('LEASE_LOST');
    expect(await store.queries.selectFrom('adapters').selectAll().execute()).toEqual([]);
  });

  it('and nobody ends a run twice', async () => {
    const store = await temporaryStore();
    const run = await begin(store);
    await endRun(store.queries, run, { status: 'done', error: null, at: now });
    expect((await errorOf(endRun(store.queries, run, { status: 'failed', error: 'late', at: now }))).code).toBe(
      'LEASE_LOST',
    );
  });
});

it.runIf(engine === 'sqlite')('a lease is not renewed in a file that its path does not lead to any more', async () => {
  const store = await temporaryStore();
  const run = await begin(store);
  await renewLease(store, run, later(1));
  renameSync(store.location, `${store.location}.aside`);
  expect(await errorOf(renewLease(store, run, later(2)))).toMatchObject({
    code: 'STORE_GONE',
    at: { file: store.location },
  });
  renameSync(`${store.location}.aside`, store.location);
  await renewLease(store, run, later(3));
});
