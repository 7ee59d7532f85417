/** The numeric options specific to a strategy: `training.options` in adapter.yaml. */

import { EspalierError } from '../core/errors.js';
import { nearestName } from '../core/text.js';
import type { TrainingSettings } from '../declaration/declaration.js';
import { headKindNamed, isOutdated } from './heads.js';
import type { Strategy, TrainedHead } from './job.js';

/**
 * The options from the settings, with defaults for the others.
 * @throws DECLARATION_INVALID for an option that is unknown to the strategy or out of its bounds
 */
export function optionsOf(
  { name, options }: Strategy,
  { options: given }: TrainingSettings,
): Readonly<Record<string, number>> {
  const known = Object.keys(options);
  for (const [option, value] of Object.entries(given)) {
    const at = { field: `training.options.${option}` };
    const { least, most } = options[option] ?? { least: Number.NaN, most: Number.NaN };
    if (!Object.hasOwn(options, option)) {
      const near = nearestName(option, known);
      const hint = near
        ? `Did you mean \`${near}\`?`
        : known.length === 0
          ? 'It has none.'
          : `It has: ${known.join(', ')}.`;
      throw new EspalierError('DECLARATION_INVALID', `the strategy ${name} has no option \`${option}\``, { at, hint });
    }
    if (!(value >= least && value <= most))
      throw new EspalierError('DECLARATION_INVALID', `${value} is not between ${least} and ${most}`, { at });
  }
  return {
    ...Object.fromEntries(Object.entries(options).map(([option, { standard }]) => [option, standard])),
    ...given,
  };
}

/** @throws HEAD_UNKNOWN, DECLARATION_INVALID if the strategy cannot train with these settings */
export function checkSettings(strategy: Strategy, settings: TrainingSettings): void {
  optionsOf(strategy, settings);
  if (settings.head === undefined || strategy.headKinds.includes(headKindNamed(settings.head).name)) return;
  throw new EspalierError(
    'DECLARATION_INVALID',
    `the strategy ${strategy.name} does not train the head ${settings.head}`,
    {
      at: { field: 'training.head' },
      hint: `It trains: ${strategy.headKinds.join(', ')}.`,
    },
  );
}

/**
 * The settings that apply to a strategy: options of other strategies, and a head that it does not train, are removed.
 */
export function settingsFor({ headKinds, options }: Strategy, settings: TrainingSettings): TrainingSettings {
  const own = Object.fromEntries(Object.entries(settings.options).filter(([option]) => Object.hasOwn(options, option)));
  if (settings.head === undefined || headKinds.includes(settings.head)) return { ...settings, options: own };
  const { head: _, ...headless } = settings;
  return { ...headless, options: own };
}

/**
 * Checks several strategies under the same settings.
 * @throws HEAD_UNKNOWN, DECLARATION_INVALID for an option that is unknown to all of them or out of bounds
 */
export function checkShared(strategies: readonly [Strategy, ...Strategy[]], settings: TrainingSettings): void {
  const { head, options } = settings;
  const isStrange = (option: string) => !strategies.some((strategy) => Object.hasOwn(strategy.options, option));
  const strange = Object.fromEntries(Object.entries(options).filter(([option]) => isStrange(option)));
  const isHeadStrange = head !== undefined && !strategies.some(({ headKinds }) => headKinds.includes(head));
  const { head: _, ...headless } = settings;
  // Options that no strategy knows are passed to the first one, which rejects them.
  checkSettings(strategies[0], { ...headless, options: strange, ...(isHeadStrange && { head }) });
  for (const strategy of strategies) checkSettings(strategy, settingsFor(strategy, settings));
}

/**
 * Whether a strategy that trains by gradient can continue from this parent: the strategy trains the head's kind, and
 * the settings do not ask for another.
 */
export function goesOn(headKinds: readonly string[], parent: TrainedHead, { head }: TrainingSettings): boolean {
  const { kind } = parent.head;
  return headKinds.includes(kind) && (head === undefined || head === kind) && !isOutdated(parent.head);
}
