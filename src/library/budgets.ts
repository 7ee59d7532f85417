/** Budgets of a replay buffer, as callers give them. */
import { EspalierError } from '../core/errors.js';

/** @throws USAGE where one of them holds no example */
export function requireBudgets(budgets: readonly number[] | undefined): void {
  const wrong = budgets?.find((budget) => !Number.isInteger(budget) || budget < 1);
  if (wrong === undefined) return;
  throw new EspalierError('USAGE', `a budget of ${wrong} holds nothing`, {
    hint: 'Give `budgets` as whole numbers of examples, such as 100 and 300.',
    parameters: ['budgets'],
  });
}
