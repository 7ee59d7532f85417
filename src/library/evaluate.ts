/** Scores one version of an adapter, apart from any update. */
import { readDeclaration } from '../declaration/workspace.js';
import { evaluateVersion, type VersionEvaluation } from '../measuring/evaluate-version.js';
import type { Site } from './site.js';

export interface EvaluateSettings {
  /** Without it the champion. */
  readonly version?: number | undefined;
  /** Names of suites, declared or not; without them the declared suites and all holdouts. */
  readonly suites?: readonly string[] | undefined;
}

/**
 * @throws NO_CHAMPION, VERSION_NOT_FOUND, ENCODER_MISMATCH, ADAPTER_INVALID, SUITE_NOT_FOUND, SUITE_INVALID,
 * LABELS_UNKNOWN, INTERRUPTED
 */
export async function evaluateAdapter(
  site: Site,
  adapter: string,
  { version, suites }: EvaluateSettings,
): Promise<VersionEvaluation> {
  const { workspace, store, versions, progress, signal, work, now } = site;
  const declaration = await readDeclaration(workspace, adapter);
  const encoder = await site.openEncoder(declaration);
  const context = { workspace, store, versions, encoder, progress, signal, work };
  return evaluateVersion(context, { declaration, version, suites, at: now });
}
