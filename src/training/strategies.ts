/** All strategies. A new one is a file of its own and a place in this array. */
import { EspalierError } from '../core/errors.js';
import { nearestName } from '../core/text.js';
import type { Strategy } from './job.js';
import { aGem } from './strategies/a-gem.js';
import { analytic } from './strategies/analytic.js';
import { derpp } from './strategies/derpp.js';
import { erAce } from './strategies/er-ace.js';
import { ewc, ewcOnline } from './strategies/ewc.js';
import { finetune } from './strategies/finetune.js';
import { gdumb } from './strategies/gdumb.js';
import { joint } from './strategies/joint.js';
import { lwf } from './strategies/lwf.js';
import { progressive } from './strategies/progressive.js';
import { replay } from './strategies/replay.js';

/** The default first, the baseline and the ceiling last. */
export const strategies: readonly Strategy[] = [
  analytic,
  derpp,
  erAce,
  replay,
  progressive,
  gdumb,
  aGem,
  ewc,
  ewcOnline,
  lwf,
  finetune,
  joint,
];

/** @throws STRATEGY_UNKNOWN */
export function strategyNamed(name: string): Strategy {
  const found = strategies.find((strategy) => strategy.name === name);
  if (found) return found;
  const names = strategies.map((strategy) => strategy.name);
  const near = nearestName(name, names);
  const hint = near === undefined ? `There is: ${names.join(', ')}.` : `Did you mean \`${near}\`?`;
  throw new EspalierError('STRATEGY_UNKNOWN', `no strategy is called \`${name}\``, { hint });
}
