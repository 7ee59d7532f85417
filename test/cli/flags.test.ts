/** Errors name parameters as the library does; the command line says its flags. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { flagOf, withFlags } from '#espalier/cli/flags.js';
import { newProgram } from '#espalier/cli/program.js';
import type { CatalogueEntry } from '#espalier/core/error-catalogue.js';
import { catalogue, type ErrorCode, EspalierError } from '#espalier/core/errors.js';

const source = fileURLToPath(new URL('../../src', import.meta.url));

async function flagsOfAllCommands(): Promise<Set<string>> {
  const { stdin, stdout, stderr } = process;
  const signal = new AbortController().signal;
  const program = await newProgram({ stdin, stdout, stderr, environment: {}, workingFolder: '.', signal });
  const flags = (command: Command): string[] => [
    ...command.options.map(({ long }) => long!),
    ...command.commands.flatMap(flags),
  ];
  return new Set(flags(program));
}

/** Every parameter that an error of the source names, as it stands there. */
function parametersInSource(): Set<string> {
  const named = new Set<string>();
  for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts')))
    for (const [, list] of readFileSync(join(source, file), 'utf8').matchAll(/parameters: \[([^\]]*)\]/g))
      for (const [, name] of list!.matchAll(/'(\w+)'/g)) named.add(name!);
  return named;
}

describe('a parameter that an error names', () => {
  it('is a flag of some command', async () => {
    const flags = await flagsOfAllCommands();
    const entries = Object.values(catalogue) as readonly CatalogueEntry[];
    const parameters = new Set([...parametersInSource(), ...entries.flatMap(([, , named = []]) => named)]);
    expect(parameters.size).toBeGreaterThan(12);
    const hasFlag = (parameter: string) => flags.has(flagOf(parameter)) || flags.has(`--no-${parameter}`);
    expect([...parameters].filter((parameter) => !hasFlag(parameter))).toEqual([]);
  });

  it('stands in the words of the catalogue that name it, and no other word there is a parameter', () => {
    for (const [code, [meaning, remedy, parameters = []]] of Object.entries(catalogue) as [
      ErrorCode,
      CatalogueEntry,
    ][]) {
      for (const parameter of parameters)
        expect(`${meaning} ${remedy}`, code).toMatch(new RegExp(`\`${parameter}(: false)?\``));
      expect(new EspalierError(code, 'what').parameters, code).toEqual(parameters);
      expect(new EspalierError(code, 'what', { hint: 'another' }).parameters, code).toEqual([]);
    }
  });
});

describe('the command line', () => {
  it.each([
    ['raise `maxRejected`', ['maxRejected'], 'raise --max-rejected'],
    [
      'name the column with `columns.otherLabel` tone',
      ['columns.otherLabel'],
      'name the column with --other-label-field tone',
    ],
    ['leave it out with `config: false`', ['config'], 'leave it out with --no-config'],
    ['`espalier update NAME` with `fresh`.', ['fresh'], '`espalier update NAME --fresh`.'],
    [
      '`espalier update desk` with `fresh` and `reencode`',
      ['fresh', 'reencode'],
      '`espalier update desk --fresh --reencode`',
    ],
    ['the `text` of a user', [], 'the `text` of a user'],
  ])('says %s as flags', (words, parameters, said) => {
    expect(withFlags(words, parameters)).toBe(said);
  });
});
