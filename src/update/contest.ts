/**
 * The field of an update: the strategies that train for it, and how each reads the adapter's settings. One is a field
 * too.
 */
import type { AdapterDeclaration, TrainingSettings } from '../declaration/declaration.js';
import { distinctClasses, distinctDomains } from '../declaration/tasks.js';
import type { Strategy } from '../training/job.js';
import { checkShared, settingsFor } from '../training/options.js';
import { allStrategies, strategyNamed } from '../training/strategies.js';
import type { Mix, Mixes, Plan } from './context.js';

/**
 * Of a tournament that names none: what keeps most of what was learned, at little cost. slda wins where classes are few
 * and coarse. derpp is best over many updates of its own: after another champion it has only that champion's scores,
 * and is left to those who name it.
 */
const usualNames = ['analytic', 'slda', 'er-ace', 'replay', 'progressive'];

/** The usual ones that can learn the adapter's tasks, and the declared one. */
export function usualField({ tasks, strategy }: AdapterDeclaration): readonly string[] {
  const hasSets = tasks.some(({ multiLabel }) => multiLabel);
  return [...usualNames.filter((name) => !hasSets || strategyNamed(name).multiLabel !== false), strategy];
}

/** Each once, in the order of all strategies, which breaks ties. @throws STRATEGY_UNKNOWN */
export function strategiesNamed(names: readonly string[]): Strategy[] {
  const named = new Set(names.map(strategyNamed));
  return allStrategies().filter((strategy) => named.has(strategy));
}

/**
 * Settings that only the declared strategy reads are allowed in adapter.yaml; the others ignore them.
 * @throws HEAD_UNKNOWN, DECLARATION_INVALID
 */
export function checkField(contenders: readonly Strategy[], { strategy, training }: AdapterDeclaration): void {
  const declared = allStrategies().filter(
    ({ name }) => name === strategy && !contenders.some((contender) => contender.name === name),
  );
  checkShared([...contenders, ...declared] as [Strategy, ...Strategy[]], training);
}

/** Side by side, each has one thread: more would only wait for each other. */
export function settingsOf({ field, declaration }: Plan, strategy: Strategy): TrainingSettings {
  const settings = settingsFor(strategy, declaration.training);
  return field.length === 1 ? settings : { ...settings, threads: 1 };
}

export type Known = Pick<Mix, 'classes' | 'domains'>;

/** What contenders know together: all of them are measured on the same cases. */
export function knownTo(mixes: Mixes): Known {
  const all = Object.values(mixes);
  return {
    classes: distinctClasses(all.flatMap(({ classes }) => classes)),
    domains: distinctDomains(all.flatMap(({ domains }) => domains)),
  };
}
