/** Plays replay policies on an adapter's own stream. */

import { EspalierError } from '../core/errors.js';
import { readDeclaration } from '../declaration/workspace.js';
import { type Bakeoff, bakeOff } from '../study/bakeoff.js';
import { fewestSeeds, mostSeeds } from '../study/bakeoff-ranking.js';
import { requireBudgets } from './budgets.js';
import type { Site } from './site.js';

export interface BakeoffSettings {
  /** Names; without them all policies. */
  readonly policies?: readonly string[] | undefined;
  /** Numbers of examples in the buffer; without them a third of the declared budget, and the whole. */
  readonly budgets?: readonly number[] | undefined;
  /** One that replays; usually er-ace. */
  readonly strategy?: string | undefined;
  /** How often each play is repeated, under seeds from the declared one on: 2 to 10, usually 3. */
  readonly seeds?: number | undefined;
}

/**
 * @throws USAGE, NOTHING_TO_COMPARE, TOO_FEW_CLASSES, STRATEGY_UNKNOWN, POLICY_UNKNOWN, DECLARATION_INVALID,
 * TRAINING_DIVERGED, INTERRUPTED
 */
export async function bakeOffOn(
  site: Site,
  adapter: string,
  { policies, budgets, strategy = 'er-ace', seeds = 3 }: BakeoffSettings,
): Promise<Bakeoff> {
  const { workspace, store, progress, signal, work } = site;
  requireBudgets(budgets);
  if (!Number.isInteger(seeds) || seeds < fewestSeeds || seeds > mostSeeds)
    throw new EspalierError('USAGE', `${seeds} seeds give no interval`, {
      hint: `Give \`seeds\` as a whole number from ${fewestSeeds} to ${mostSeeds}.`,
      parameters: ['seeds'],
    });
  const declaration = await readDeclaration(workspace, adapter);
  const encoder = await site.openEncoder(declaration);
  const request = { declaration, policies, budgets, strategy, seeds };
  return bakeOff({ store, encoder, progress, signal, work }, request);
}
