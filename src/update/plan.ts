/** Plans an update before any of its work is done. */

import { EspalierError } from '../core/errors.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import type { Workspace } from '../declaration/workspace.js';
import { spaceOf } from '../encoder/cached.js';
import type { Encoder } from '../encoder/encoder.js';
import { policyFor } from '../replay/policies.js';
import { lastArrival } from '../store/arrivals.js';
import { findChampionVersion, nextVersion } from '../store/candidates.js';
import type { Queries, Store } from '../store/database.js';
import { listTainted } from '../store/erasures.js';
import { lastRevision } from '../store/revisions.js';
import { readSoundManifest } from '../versions/sound-version.js';
import type { Versions } from '../versions/versions.js';
import { checkPolicy } from './check-policy.js';
import { checkField, strategiesNamed } from './contest.js';
import type { Plan } from './context.js';
import { listCorrections } from './corrections.js';
import { chooseFresh, whyLeftOut } from './fresh.js';
import { hashSuites } from './intentions.js';
import { labelNow, listRenamesSince } from './renames.js';
import { readDeclaredSuites } from './suites.js';

export interface PlanRequest {
  readonly workspace: Workspace;
  readonly store: Store;
  readonly versions: Versions;
  readonly encoder: Encoder;
  readonly declaration: AdapterDeclaration;
  /** Names of strategies. */
  readonly field: readonly string[];
  /** Set to learn everything again, on another encoder than the champion's. */
  readonly reencode?: true | undefined;
  /** Whether everything is learned again on the champion's encoder; without it, whether the champion is tainted. */
  readonly anew?: boolean | undefined;
  readonly at: Date;
}

/**
 * @throws NO_GATE_POLICY, SUITE_NOT_FOUND, SUITE_INVALID, STRATEGY_UNKNOWN, HEAD_UNKNOWN, POLICY_UNKNOWN,
 * DECLARATION_INVALID, ENCODER_MISMATCH, NOTHING_TO_LEARN, ADAPTER_INVALID
 */
export async function planUpdate({
  workspace,
  store,
  versions,
  encoder,
  declaration,
  field,
  reencode,
  anew,
  at,
}: PlanRequest): Promise<Plan> {
  const { name } = declaration;
  if (!declaration.gate) throw new EspalierError('NO_GATE_POLICY', `${name} declares no gate`);
  const declared = await readDeclaredSuites(workspace, declaration);
  await checkPolicy(
    store.queries,
    declaration,
    declared.map(({ suite }) => suite),
  );
  const contenders = strategiesNamed(field);
  checkField(contenders, declaration);
  policyFor(declaration.buffer);
  const parentVersion = await findChampionVersion(store.queries, name);
  const parent =
    parentVersion === null
      ? undefined
      : await readSoundManifest(versions, store.queries, { adapter: name, version: parentVersion });
  const throughRevision = await lastRevision(store.queries, name);
  const since = parent && !reencode ? await listRenamesSince(store.queries, parent, throughRevision) : [];
  const renames = parent?.classes.some((one) => labelNow(one, since) !== one.label) ? since : [];
  const isAnew = !reencode && parent && (anew ?? (await listTainted(store.queries, name)).has(parent.version));
  const plan: Plan = {
    declaration,
    field: contenders.map((strategy) => strategy.name),
    version: await freeVersion(versions, store.queries, name),
    parentVersion,
    afterExample: parent?.data.throughExample ?? 0,
    throughExample: await lastArrival(store.queries, name),
    ...(throughRevision > 0 && { throughRevision }),
    ...(renames.length > 0 && { renames }),
    encoderFingerprint: encoder.fingerprint,
    embeddings: spaceOf(encoder),
    suiteHashes: await hashSuites(workspace.suiteFolders, declaration.suites),
    ...(reencode && { reencode }),
    ...(isAnew && { anew: true as const }),
    at: at.toISOString(),
  };
  if (parent && !reencode)
    requireSameEncoder(parent.encoder, encoder, { adapter: name, what: `version ${parent.version}` });
  await requireNews({ workspace, store, versions, encoder }, plan);
  return plan;
}

/** @throws NOTHING_TO_LEARN */
async function requireNews(
  context: Pick<PlanRequest, 'workspace' | 'store' | 'versions' | 'encoder'>,
  plan: Plan,
): Promise<void> {
  const { fresh, leftOut } = await chooseFresh(context, plan, !plan.reencode);
  if (fresh.length > 0 || plan.renames !== undefined || plan.anew) return;
  if ((await listCorrections(context, plan)).withdrawn.length > 0) return;
  const { name } = plan.declaration;
  const what =
    plan.parentVersion === null
      ? `${name} has no examples`
      : `${name} has no example that version ${plan.parentVersion} has not learned`;
  const why = leftOut.size === 0 ? '' : `, but for ${leftOut.size} that are left out, since ${whyLeftOut}`;
  throw new EspalierError('NOTHING_TO_LEARN', `${what}${why}`);
}

/** A number that neither the store nor a version folder bears, so that nothing is ever overwritten. */
async function freeVersion(versions: Versions, queries: Queries, adapter: string): Promise<number> {
  const taken = await versions.list(adapter);
  return Math.max(await nextVersion(queries, adapter), (taken.at(-1) ?? 0) + 1);
}

/** A version, or a run, of an adapter. */
export interface TrainedThing {
  readonly adapter: string;
  readonly what: string;
}

/** @throws ENCODER_MISMATCH */
export function requireSameEncoder(
  trained: { model: string; fingerprint: string },
  encoder: Encoder,
  { adapter, what }: TrainedThing,
): void {
  if (trained.fingerprint === encoder.fingerprint) return;
  const [then, now] = [trained.fingerprint.slice(0, 12), encoder.fingerprint.slice(0, 12)];
  throw new EspalierError(
    'ENCODER_MISMATCH',
    `${adapter} ${what} was trained on ${trained.model} (${then}); the encoder is now ${encoder.declaration.model} (${now})`,
    {
      hint: `Restore the encoder in adapter.yaml, or learn everything again on the new one: \`espalier update ${adapter}\` with \`reencode\`.`,
      parameters: ['reencode'],
    },
  );
}
