/** Options that choose examples, the same for every command that does. */
import type { Command } from 'commander';
import { EspalierError } from '../core/errors.js';
import { suggestAmong } from '../core/text.js';
import type { ExampleChoice } from '../library/chosen-examples.js';
import { bufferStates, splits } from '../library/conditions.js';
import type { ExampleQuery } from '../library/example-query.js';
import { wholeNumber } from './session.js';

export interface FilterOptions {
  readonly task?: string;
  readonly label?: string;
  readonly domain?: string;
  readonly source?: string;
  readonly split?: string;
  readonly state?: string;
  readonly contains?: string;
  readonly search?: string;
  readonly where: readonly string[];
}

/** @param state what is meant without the option */
export function withFilters(command: Command, state: string): Command {
  return command
    .option('--task <name>', 'of this task')
    .option('--label <label>', 'with this label')
    .option('--domain <domain>', 'from this domain')
    .option('--source <source>', 'from this source')
    .option('--split <split>', `of this side: ${splits.join(' or ')}`)
    .option('--state <state>', `in the buffer: ${bufferStates.join(', ')}; default: ${state}`)
    .option('--contains <text>', 'whose text contains this')
    .option('--search <words>', 'whose text has these words, "phrases" and beginnings*')
    .option('--where <condition>', 'such as "received>=2026-01-05"; may be repeated', gather, []);
}

export interface ChoiceOptions extends FilterOptions {
  readonly all?: boolean;
}

/** For commands that change examples: single ones by their numbers, and those that fit the filters. */
export function withChoice(command: Command): Command {
  return withFilters(command, 'any')
    .option('--all', 'every example there is')
    .argument('[ids...]', 'numbers of examples');
}

/** @throws USAGE */
export function choiceOf(ids: readonly string[], options: ChoiceOptions): ExampleChoice {
  const numbers = ids.length === 0 ? {} : { ids: ids.map(wholeNumber) };
  return { ...queryOf(options), ...numbers, all: options.all };
}

const gather = (condition: string, before: readonly string[]) => [...before, condition];

/** @throws USAGE */
export function queryOf(options: FilterOptions): ExampleQuery {
  const { task, label, domain, source, contains, search, where } = options;
  const split = namedAmong(splits, 'split', options.split);
  const state = namedAmong(bufferStates, 'state', options.state);
  return { task, label, domain, source, split, state, contains, search, where };
}

function namedAmong<Name extends string>(
  known: readonly Name[],
  option: string,
  name: string | undefined,
): Name | undefined {
  const found = known.find((one) => one === name);
  if (name === undefined || found) return found;
  const names = known.join(known.length === 2 ? ' or ' : ', ');
  throw new EspalierError('USAGE', `--${option} is ${names}, not \`${name}\``, {
    hint: suggestAmong(name, known),
  });
}
