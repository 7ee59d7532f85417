/**
 * Whether a command line asks for JSON. It is asked before the words are parsed, because also what cannot be parsed is
 * told in the form that was asked for.
 */
import type { Command } from 'commander';

/** `--json` counts wherever it is an option: not behind `--`, and not as the value of another option. */
export function asksForJson(program: Command, words: readonly string[]): boolean {
  let command = program;
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    if (word === '--') return false;
    if (word === '--json') return true;
    if (command.options.find(({ short, long }) => word === short || word === long)?.required) index++;
    else command = command.commands.find((inner) => inner.name() === word) ?? command;
  }
  return false;
}
