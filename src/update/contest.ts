/**
 * The field of an update: the strategies that train for it, and how each reads the adapter's settings. A single
 * strategy is a field, too.
 */
import type { AdapterDeclaration, TrainingSettings } from '../declaration/declaration.js';
import { distinctClasses, distinctDomains } from '../declaration/tasks.js';
import type { Strategy } from '../training/job.js';
import { checkShared, settingsFor } from '../training/options.js';
import { allStrategies, strategyNamed } from '../training/strategies.js';
import type { Mix, Mixes, Plan } from './context.js';

/**
 * The default field of a tournament: strategies that keep most of what was learned, at little cost. slda wins where
 * classes are few and coarse. derpp is best over many of its own updates, but after another strategy's champion it has
 * only that champion's scores, so it trains only if named.
 */
const usualNames = ['analytic', 'slda', 'er-ace', 'replay', 'progressive'];

/** The default strategies that can learn the adapter's tasks, and the declared one. */
export function usualField({ tasks, strategy }: AdapterDeclaration): readonly string[] {
  const hasSets = tasks.some(({ multiLabel }) => multiLabel);
  return [...usualNames.filter((name) => !hasSets || strategyNamed(name).multiLabel !== false), strategy];
}

/** Removes duplicates and orders by the list of all strategies, which breaks ties. @throws STRATEGY_UNKNOWN */
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

/** Strategies that train side by side use one thread each: more threads would only wait for each other. */
export function settingsOf({ field, declaration }: Plan, strategy: Strategy): TrainingSettings {
  const settings = settingsFor(strategy, declaration.training);
  return field.length === 1 ? settings : { ...settings, threads: 1 };
}

export type Known = Pick<Mix, 'classes' | 'domains'>;

/** The classes and domains that any contender knows: all contenders are measured on the same cases. */
export function knownTo(mixes: Mixes): Known {
  const all = Object.values(mixes);
  return {
    classes: distinctClasses(all.flatMap(({ classes }) => classes)),
    domains: distinctDomains(all.flatMap(({ domains }) => domains)),
  };
}
