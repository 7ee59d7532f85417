import { expect, it } from 'vitest';
import { insertCandidate } from '#espalier/store/candidates.js';
import { type Store, transact } from '#espalier/store/database.js';
import { beginRun, endRun } from '#espalier/store/runs.js';
import { countRefusals } from '#espalier/update/refusals.js';
import { now, temporaryStore } from '../support/store.js';

async function judged(
  store: Store,
  version: number,
  championVersion: number | null,
  verdict: string,
  adapter = 'desk',
): Promise<number> {
  const run = await beginRun(store, {
    adapter,
    stage: 'gate',
    plan: {},
    trigger: 'manual',
    owner: 'one',
    startedAt: now,
    now,
  });
  await endRun(store.queries, run, { status: 'done', error: null, at: now });
  const findings = [
    { rule: 'not-inferior', verdict: 'fail' },
    { rule: 'anchor', verdict },
  ];
  const report = { rows: [{ suite: 'holdout/earlier domains', findings }] };
  await transact(store, (transaction) =>
    insertCandidate(transaction, {
      ...{ adapter, version, runId: run.id, championVersion, verdict: 'fail', report, createdAt: now.toISOString() },
    }),
  );
  return run.id;
}

it('refusals of the anchor are counted since the present champion began to serve', async () => {
  const store = await temporaryStore();
  await judged(store, 2, 1, 'fail');
  await judged(store, 3, 2, 'pass');
  await judged(store, 4, 2, 'inconclusive');
  await judged(store, 5, 2, 'fail');
  await judged(store, 2, 2, 'fail', 'mail');
  const run = await judged(store, 6, 2, 'fail');
  await judged(store, 7, 2, 'fail');
  expect(await countRefusals(store.queries, 'desk', 2, run)).toBe(2);
  expect(await countRefusals(store.queries, 'desk', 3, run)).toBe(0);
  expect(await countRefusals(store.queries, 'desk', null, run)).toBe(0);
});
