import { readdirSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { newProgram } from '#espalier/cli/program.js';
import { knownKeys } from '#espalier/declaration/declaration.js';
import { replayPolicies } from '#espalier/replay/policies.js';
import { headSettings } from '#espalier/training/heads.js';
import { strategies } from '#espalier/training/strategies.js';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

/** Options that every command takes; docs/commands.md names them once. */
const global = ['--json', '--workspace', '--at', '--actor', '--no-config'];

describe('the docs are in step with the code', () => {
  it('docs/adapter.md names every key of adapter.yaml', () => {
    const documented = read('docs/adapter.md');
    const keys = [...knownKeys, ...Object.keys(headSettings)];
    expect(keys.filter((key) => !new RegExp(`\\b${key}\\b`).test(documented))).toEqual([]);
  });

  it('docs/commands.md has a section for every command, and names every option in it', async () => {
    const sections = new Map(
      read('docs/commands.md')
        .split(/^## /m)
        .map((section) => [section.split('\n')[0]!.trim(), section]),
    );
    for (const { path, command } of leavesOf(await newProgram(surroundings()), [])) {
      const section = sections.get(path) ?? '';
      expect(section, path).not.toBe('');
      const missing = command.options
        .map((option) => option.long!)
        .filter((long) => !global.includes(long) && !section.includes(`\`${long}`));
      expect(missing, path).toEqual([]);
    }
  });

  it('docs/commands.md says of every option what its help says, with all that it may be', async () => {
    const plain = (words: string) => words.replaceAll('`', '').replace(/\s+/g, ' ');
    const documented = plain(read('docs/commands.md'));
    const missing = leavesOf(await newProgram(surroundings()), []).flatMap(({ path, command }) =>
      command.options
        .filter(({ long }) => !global.includes(long!))
        .map(({ flags, description }) => plain(`- ${flags}: ${description}`))
        .filter((said) => !documented.includes(said))
        .map((said) => `${path} ${said}`),
    );
    expect(missing).toEqual([]);
  });

  it('docs/strategies.md has a row for every strategy, with what it does in its own words', () => {
    const measured = read('docs/strategies.md').split('## Measured')[1]!;
    const rows = measured.split('\n');
    for (const { name, summary } of strategies) {
      const row = rows.find((line) => line.startsWith(`| \`${name}\``));
      expect(row, name).toContain(summary.split(';')[0]);
    }
  });

  it('docs/data-model.md has a row for every table, and for no other', () => {
    const tables = [...read('test/store/sqlite/expected-schema.sql').matchAll(/^CREATE TABLE (\w+)/gm)].map(
      ([, name]) => name!,
    );
    const rows = read('docs/data-model.md')
      .split('A version is a folder')[0]!
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    const named = rows.flatMap((line) => [...line.split('|')[1]!.matchAll(/`(\w+)`/g)].map(([, name]) => name!));
    expect(named.sort()).toEqual(tables.sort());
  });

  it('docs/adapter.md has a row for every replay policy, with what it does in its own words', () => {
    const rows = read('docs/adapter.md').split('\n');
    for (const { name, summary } of replayPolicies)
      expect(
        rows.find((line) => line.startsWith(`| \`${name}\``)),
        name,
      ).toContain(summary);
  });

  it('docs/adapter.md has a row for every option of a replay policy', () => {
    const rows = read('docs/adapter.md').split('\n');
    for (const { name, options = {} } of replayPolicies)
      for (const option of Object.keys(options)) {
        const isRow = (line: string) =>
          line.startsWith('|') && line.includes(`\`${name}\``) && line.includes(`\`${option}\``);
        expect(rows.some(isRow), `${name}: ${option}`).toBe(true);
      }
  });

  it('no link of README and docs leads nowhere', () => {
    const files = [
      'README.md',
      'ARCHITECTURE.md',
      ...readdirSync(new URL('../docs', import.meta.url)).map((name) => `docs/${name}`),
    ];
    const links = files
      .filter((file) => file.endsWith('.md'))
      .flatMap((file) =>
        [...read(file).matchAll(/\]\(([^)#]+)\)/g)].map(
          (match) => new URL(match[1]!, new URL(`../${file}`, import.meta.url)),
        ),
      );
    expect(links.length).toBeGreaterThan(5);
    for (const link of links.filter(({ protocol }) => protocol === 'file:'))
      expect(() => readFileSync(link), link.pathname).not.toThrow();
  });
});

function leavesOf(command: Command, parents: readonly string[]): { path: string; command: Command }[] {
  const path = [...parents, command.name()];
  return command.commands.length === 0
    ? [{ path: path.join(' '), command }]
    : command.commands.flatMap((inner) => leavesOf(inner, path));
}

function surroundings() {
  const { stdin, stdout, stderr } = process;
  return { stdin, stdout, stderr, environment: {}, workingFolder: '.', signal: new AbortController().signal };
}
