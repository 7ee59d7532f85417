/** All strategies. A new one is a file of its own and a place in this array. */
import { EspalierError } from '../core/errors.js';
import { nearestName } from '../core/text.js';
import type { Strategy } from './job.js';
import { analytic } from './strategies/analytic.js';
import { finetune } from './strategies/finetune.js';
import { replay } from './strategies/replay.js';

export const strategies: readonly Strategy[] = [analytic, replay, finetune];

/** @throws STRATEGY_UNKNOWN */
export function strategyNamed(name: string): Strategy {
  const found = strategies.find((strategy) => strategy.name === name);
  if (found) return found;
  const names = strategies.map((strategy) => strategy.name);
  const near = nearestName(name, names);
  const hint = near === undefined ? `There is: ${names.join(', ')}.` : `Did you mean \`${near}\`?`;
  throw new EspalierError('STRATEGY_UNKNOWN', `no strategy is called \`${name}\``, { hint });
}
