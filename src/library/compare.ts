/** Plays strategies on an adapter's own stream. */
import { EspalierError } from '../core/errors.js';
import { readDeclaration } from '../declaration/workspace.js';
import { compareStrategies } from '../study/compare.js';
import type { Comparison } from '../study/comparison.js';
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
  const wrong = budgets?.find((budget) => !Number.isInteger(budget) || budget < 1);
  if (wrong !== undefined)
    throw new EspalierError('USAGE', `a budget of ${wrong} holds nothing`, {
      hint: 'Give `budgets` as whole numbers of examples, such as 100 and 300.',
      parameters: ['budgets'],
    });
  const declaration = await readDeclaration(workspace, adapter);
  const encoder = await site.openEncoder(declaration);
  return compareStrategies({ store, encoder, progress, signal, work }, { declaration, strategies, budgets });
}
