/** Decides what an update will do, before it does anything. */
import type { AdapterDeclaration } from '../core/declaration.js';
import { EspalierError } from '../core/errors.js';
import { versionFolder, type Workspace } from '../core/workspace.js';
import type { Encoder } from '../encoder/encoder.js';
import { findChampionVersion, nextVersion } from '../store/candidates.js';
import type { Store } from '../store/database.js';
import { countTrainingExamplesAfter, lastExampleId } from '../store/examples.js';
import { readManifest } from '../training/versions.js';
import type { Plan } from './context.js';
import { checkField, fieldNamed } from './field.js';
import { checkPolicy } from './policy.js';
import { readDeclaredSuites } from './suites.js';

export interface PlanRequest {
  readonly workspace: Workspace;
  readonly store: Store;
  readonly encoder: Encoder;
  readonly declaration: AdapterDeclaration;
  /** Names of strategies. */
  readonly field: readonly string[];
  readonly at: Date;
}

/** @throws NO_GATE_POLICY, SUITE_NOT_FOUND, SUITE_INVALID, STRATEGY_UNKNOWN, HEAD_UNKNOWN, DECLARATION_INVALID, ENCODER_MISMATCH, NOTHING_TO_LEARN, ADAPTER_INVALID */
export async function planUpdate({ workspace, store, encoder, declaration, field, at }: PlanRequest): Promise<Plan> {
  const { name } = declaration;
  if (!declaration.gate) throw new EspalierError('NO_GATE_POLICY', `${name} declares no gate`);
  const declared = await readDeclaredSuites(workspace, declaration);
  await checkPolicy(
    store.queries,
    declaration,
    declared.map(({ suite }) => suite),
  );
  const contenders = fieldNamed(field);
  checkField(contenders, declaration);
  const parentVersion = await findChampionVersion(store.queries, name);
  const parent = parentVersion === null ? undefined : await readManifest(versionFolder(workspace, name, parentVersion));
  if (parent) requireSameEncoder(parent.encoder, encoder, `${name} version ${parent.version}`);
  const afterExample = parent?.data.throughExample ?? 0;
  if ((await countTrainingExamplesAfter(store.queries, name, afterExample)) === 0) {
    throw new EspalierError(
      'NOTHING_TO_LEARN',
      parent ? `${name} has no example that version ${parent.version} has not learned` : `${name} has no examples`,
    );
  }
  return {
    declaration,
    field: contenders.map((strategy) => strategy.name),
    version: await nextVersion(store.queries, name),
    parentVersion,
    afterExample,
    throughExample: await lastExampleId(store.queries, name),
    encoderFingerprint: encoder.fingerprint,
    at: at.toISOString(),
  };
}

/** @throws ENCODER_MISMATCH */
export function requireSameEncoder(trained: { model: string; fingerprint: string }, encoder: Encoder, what: string): void {
  if (trained.fingerprint === encoder.fingerprint) return;
  const [then, now] = [trained.fingerprint.slice(0, 12), encoder.fingerprint.slice(0, 12)];
  throw new EspalierError(
    'ENCODER_MISMATCH',
    `${what} was trained on ${trained.model} (${then}); the encoder is now ${encoder.declaration.model} (${now})`,
  );
}
