/** Plays strategies on an adapter's own stream. */

import { readDeclaration } from '../declaration/workspace.js';
import { compareStrategies } from '../study/compare.js';
import type { Comparison } from '../study/comparison.js';
import { requireBudgets } from './budgets.js';
import type { Site } from './site.js';

export interface CompareSettings {
  /** Names; without them all strategies. */
  readonly strategies?: readonly string[] | undefined;
  /** Numbers of examples in the buffer; without them a third of the declared budget, and the whole. */
  readonly budgets?: readonly number[] | undefined;
}

/**
 * @throws USAGE, NOTHING_TO_COMPARE, TOO_FEW_CLASSES, STRATEGY_UNKNOWN, HEAD_UNKNOWN, DECLARATION_INVALID, INTERRUPTED
 */
export async function compareOn(
  site: Site,
  adapter: string,
  { strategies, budgets }: CompareSettings,
): Promise<Comparison> {
  const { workspace, store, progress, signal, work } = site;
  requireBudgets(budgets);
  const declaration = await readDeclaration(workspace, adapter);
  const encoder = await site.openEncoder(declaration);
  return compareStrategies({ store, encoder, progress, signal, work }, { declaration, strategies, budgets });
}
