/** Options of the commands that search for similar texts. */
import type { Command } from 'commander';
import { EspalierError } from '../core/errors.js';
import { type GlobalOptions, newCommand, wholeNumber } from './session.js';

export interface NearOptions extends GlobalOptions {
  readonly adapter?: string;
  readonly task?: string;
  readonly threshold?: number;
  readonly limit: number;
}

/** @param things what it lists */
export function newNearCommand(name: string, description: string, things: string): Command {
  return newCommand(name, description)
    .option('--adapter <name>', 'the adapter; default: the only one there is')
    .option('--task <name>', 'of this task; default: all, each on its own')
    .option('--threshold <n>', 'smallest similarity, from 0.5 to 1; default: the declared one, else 0.8', decimal)
    .option('--limit <n>', `at most so many ${things}`, wholeNumber, 20);
}

/** @throws USAGE */
function decimal(value: string): number {
  if (!/^\d*\.?\d+$/.test(value)) throw new EspalierError('USAGE', `\`${value}\` is not a number such as 0.8`);
  return Number(value);
}
