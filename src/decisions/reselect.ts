/** Chooses the members of the champion's buffer again, by the declared policy or another one. */
import { EspalierError } from '../core/errors.js';
import { requireReason } from '../core/reason.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import { admitExamples, prepareAdmission } from '../replay/admission.js';
import { type Principal, recordAct } from '../store/audit.js';
import { type Membership, readBufferMark } from '../store/buffer.js';
import { findChampionVersion, listCandidates } from '../store/candidates.js';
import { type Queries, type Store, type Transaction, transact } from '../store/database.js';
import type { EmbeddingSpace } from '../store/embeddings.js';
import { readRun } from '../store/runs.js';
import type { Plan } from '../update/context.js';
import { marginsBy } from './offer-margins.js';
import type { DecisionContext } from './record.js';
import { requireSameBuffer } from './same-buffer.js';

/** A computed reselection that is not written yet. */
export interface PreparedReselection {
  readonly declaration: AdapterDeclaration;
  readonly champion: number;
  /** Rows that change: members that leave, and examples that enter. */
  readonly changes: readonly Membership[];
  /** Mark of the buffer that it was computed for. */
  readonly mark: string;
  /** By what the members were chosen; kept in the audit. */
  readonly by: { readonly buffer: AdapterDeclaration['buffer'] } | { readonly snapshot: number };
}

/**
 * @param declaration with the policy, the options and the budget to fill the buffer by
 * @throws NO_CHAMPION, POLICY_UNKNOWN, DECLARATION_INVALID, ADAPTER_INVALID
 */
export async function prepareReselection(
  { store, versions }: Pick<DecisionContext, 'store' | 'versions'>,
  declaration: AdapterDeclaration,
  now: Date,
): Promise<PreparedReselection> {
  const { name: adapter } = declaration;
  const champion = await findChampionVersion(store.queries, adapter);
  if (champion === null)
    throw new EspalierError('NO_CHAMPION', `${adapter} has no champion, and so nothing in its buffer`);
  const mark = await readBufferMark(store.queries, adapter);
  const space = await findSpace(store.queries, adapter, champion);
  const marginsOf = marginsBy({ store, versions, version: { adapter, version: champion }, space });
  const changes = await prepareAdmission(store, { declaration, learned: [], space, marginsOf, now });
  return { declaration, champion, changes, mark, by: { buffer: declaration.buffer } };
}

/** Where the vectors that a version was trained on are stored; undefined if an earlier Espalier planned it. */
async function findSpace(queries: Queries, adapter: string, version: number): Promise<EmbeddingSpace | undefined> {
  const approved = await listCandidates(queries, { adapter, status: 'approved' });
  const candidate = approved.find((one) => one.version === version);
  return candidate && ((await readRun(queries, candidate.runId)).plan as Plan).embeddings;
}

export interface ReselectionAct {
  readonly actor: Principal;
  readonly reason: string;
  readonly at: Date;
}

/**
 * Writes a prepared reselection, if the champion and the buffer are still those that it was prepared for.
 * @throws BUFFER_CHANGED, USAGE where there is no reason
 */
export async function applyReselection(
  store: Store,
  { declaration, champion, changes, mark, by }: PreparedReselection,
  { actor, reason, at }: ReselectionAct,
): Promise<void> {
  const { name: adapter } = declaration;
  requireReason(reason, { what: 'a change of the buffer', preview: 'change' });
  await transact(store, async (transaction) => {
    await requireSameChampion(transaction, adapter, champion);
    await requireSameBuffer(transaction, adapter, mark);
    const { admitted, evicted } = await admitExamples(transaction, adapter, changes);
    const detail = { reason, ...by, admitted, evicted };
    const subject = `version ${champion}`;
    await recordAct(transaction, { at, principal: actor, act: 'reselected', adapter, subject, detail });
  });
}

/** @throws BUFFER_CHANGED */
async function requireSameChampion(transaction: Transaction, adapter: string, champion: number): Promise<void> {
  const current = await findChampionVersion(transaction, adapter);
  if (current === champion) return;
  const what = `version ${current} became champion of ${adapter} while the buffer of version ${champion} was chosen`;
  throw new EspalierError('BUFFER_CHANGED', what);
}
