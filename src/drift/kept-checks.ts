/** Checks of batches as the store keeps them: a row for all texts of a batch, with everything, and one for each domain. */
import { transact } from '../store/database.js';
import { type KeptDriftCheck, listDriftChecks, saveDriftChecks } from '../store/drift-checks.js';
import type { Queries, Store } from '../store/store.js';
import { type BatchDrift, isMeasured, type ScopeCheck } from './drift-check.js';

/** Replaces an earlier check of the same batch by the same version. */
export async function keepCheck(store: Store, check: BatchDrift): Promise<void> {
  await transact(store, (transaction) =>
    saveDriftChecks(
      transaction,
      check,
      check.scopes.map((scope) => rowOf(check, scope)),
    ),
  );
}

function rowOf(check: BatchDrift, scope: ScopeCheck): KeptDriftCheck {
  const { adapter, version, task, batch, arrivals, at } = check;
  const { domain, decides, texts, p, inputs, scores, novelty } = scope;
  return {
    ...{ adapter, version, task, batch, domain: domain ?? '', texts, decides, p, at },
    firstArrival: arrivals?.first ?? null,
    lastArrival: arrivals?.last ?? null,
    effect: isMeasured(inputs) ? inputs.effect : null,
    inputP: isMeasured(inputs) ? inputs.p : null,
    scoreP: isMeasured(scores) ? scores.p : null,
    novelShare: isMeasured(novelty) ? novelty.share : null,
    novelP: isMeasured(novelty) ? novelty.p : null,
    detail: domain === null ? check : scope,
  };
}

/** Task and batch -> check. */
export async function listKeptChecks(
  queries: Queries,
  champion: { readonly adapter: string; readonly version: number },
): Promise<Map<string, BatchDrift>> {
  const rows = await listDriftChecks(queries, champion);
  const wholes = rows.filter(({ domain }) => domain === '');
  return new Map(wholes.map(({ task, batch, detail }) => [keyOf(task, batch), detail as BatchDrift]));
}

/** Names of tasks contain no slash. */
export const keyOf = (task: string, batch: string) => `${task}/${batch}`;
