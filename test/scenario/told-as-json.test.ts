/** With --json every failure is one object on standard output; the words go to standard error as ever. */
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { asksForJson } from '#espalier/cli/asks-json.js';
import { newProgram } from '#espalier/cli/program.js';
import { tellError } from '#espalier/cli/tell-error.js';
import { catalogue, type ErrorCode, exitCodeOf } from '#espalier/core/errors.js';
import { espalier } from '../support/command.js';
import { databaseOf, ingestWords, withDatabase, writeDesk } from '../support/desk.js';

interface Failure {
  readonly error: { readonly code: ErrorCode; readonly message: string; readonly at: unknown; readonly hint: string };
}

let desk: string;
beforeAll(() => {
  desk = writeDesk();
});

/** Exactly one object, with all its keys. */
async function failureOf(
  words: readonly string[],
  fault?: string,
): Promise<Failure['error'] & { exit: number | null; stderr: string }> {
  const options = fault === undefined ? {} : { preload: './fail-with.mjs', environment: { ESPALIER_TEST_FAIL: fault } };
  const { code: exit, stdout, stderr } = await espalier(desk, words, options);
  const { error } = JSON.parse(stdout) as Failure;
  expect(Object.keys(error).slice(0, 5)).toEqual(['code', 'kind', 'message', 'at', 'hint']);
  expect(error.hint).toMatch(/[.?]$/);
  return { ...error, exit, stderr };
}

describe('with --json', () => {
  it.each<readonly [readonly string[], string]>([
    [['update', '--json'], "missing required argument 'adapter'"],
    [['status', '--bogus', '--json'], "unknown option '--bogus'"],
    [['--json', 'status'], "unknown option '--json'"],
    [['statsu', '--json'], "unknown command 'statsu'"],
    [['candidates', 'approve', '1', '--json'], "required option '--reason <text>' not specified"],
    [['candidates', 'show', 'one', '--json'], '`one` is not a whole number'],
    [['candidates', 'list', '--json', '--adapter'], "option '--adapter <name>' argument missing"],
    [['status', '--json', '--at', 'noon'], '--at noon is not a time'],
  ])('%j is a usage error as an object', async (words, message) => {
    const told = await failureOf(words);
    expect(told).toMatchObject({ code: 'USAGE', message: expect.stringContaining(message), at: null, exit: 2 });
    expect(told.stderr).not.toBe('');
  });

  it('a refusal and an error of the system are objects, with their place', async () => {
    expect(await failureOf(['candidates', 'show', '7', '--json'])).toMatchObject({
      code: 'CANDIDATE_NOT_FOUND',
      exit: 1,
    });
    const told = await failureOf(['ingest', 'none.jsonl', '--adapter', 'desk', '--domain', 'x', '--json']);
    expect(told).toMatchObject({ code: 'FILE_NOT_FOUND', at: { file: 'none.jsonl' }, exit: 1 });
  });

  it('a defect is one too, and its stack stays on standard error', async () => {
    const told = await failureOf([...ingestWords('billing'), '--json'], 'sql:SQLITE_MISUSE:insert');
    expect(told).toMatchObject({ code: 'DEFECT', message: 'injected', at: null, hint: catalogue.DEFECT[1], exit: 70 });
    expect(told.stderr).toMatch(/defect of Espalier \[DEFECT\]\nSqliteError: injected\n {4}at /);
  });

  it.each(['exception', 'rejection'])('an %s that nobody awaits ends the same way', async (kind) => {
    const told = await failureOf(['status', '--json'], `stray:${kind}:`);
    expect(told).toMatchObject({ code: 'DEFECT', message: `stray ${kind}`, exit: 70 });
    expect(told.stderr).toContain(`Error: stray ${kind}\n    at `);
  });

  it('what was found before stands beside the error, in the same object', async () => {
    const folder = writeDesk();
    writeFileSync(join(folder, 'evals', 'desk-tones', 'cases.jsonl'), 'no case');
    const { code, stdout } = await espalier(folder, ['eval', 'validate', 'desk-tones', '--json']);
    expect([code, JSON.parse(stdout)]).toMatchObject([1, { error: { code: 'SUITE_INVALID' }, result: [{}] }]);
  });
});

describe('a hint that asks for a parameter', () => {
  it('names its flag, and in the object also the parameter and what it may be', async () => {
    const words = ['ingest', 'billing.jsonl', '--adapter', 'desk', '--domain', 'x', '--task', 'mood', '--json'];
    const { stdout } = await espalier(desk, words);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'TASK_UNKNOWN', kind: 'missing', parameters: ['task'], choices: ['intent'] },
    });
    const { stderr } = await espalier(desk, ['ingest', 'billing.jsonl', '--adapter', 'desk']);
    expect(stderr).toContain('hint  Say where the data comes from with --domain, or with --domain-field.');
    const strange = await espalier(desk, [...words.slice(0, 6), '--format', 'xml', '--json']);
    expect(JSON.parse(strange.stdout)).toMatchObject({
      error: {
        message: '--format is parquet, label-studio, argilla, rasa, json, jsonl or csv, not xml',
        choices: ['parquet', 'label-studio', 'argilla', 'rasa', 'json', 'jsonl', 'csv'],
      },
    });
  });

  it('names its flag in the reason of a rejected row, too', async () => {
    writeFileSync(join(desk, 'odd.jsonl'), '{"txt":"where is it","label":"refund"}\n');
    const { stderr } = await espalier(desk, ['ingest', 'odd.jsonl', '--adapter', 'desk', '--domain', 'x']);
    expect(stderr.replace(/\s+/g, ' ')).toContain('it has `txt`, `label`: name one with --text-field txt');
    const elsewhere = await espalier(tmpdir(), ['status']);
    expect(elsewhere.stderr).toContain('or name one with --workspace.');
  });
});

describe('without it', () => {
  it('nothing of a failure is on standard output', async () => {
    expect(await espalier(desk, ['update'])).toMatchObject({ code: 2, stdout: '' });
    expect(await espalier(desk, ['update', '--', '--json'])).toMatchObject({ code: 1, stdout: '' });
  });

  it('help and version are no failures', async () => {
    for (const words of [['--help'], ['--version'], ['status', '--help'], ['help', 'status']]) {
      const { code, stdout, stderr } = await espalier(desk, words);
      expect([words, code, stderr]).toEqual([words, 0, '']);
      expect(stdout).not.toContain('"error"');
    }
  });

  it('a store that something else has damaged is told by its path', async () => {
    const folder = writeDesk();
    await espalier(folder, ingestWords('billing'));
    withDatabase(folder, (database) => database.pragma('application_id = 1'));
    const { code, stderr } = await espalier(folder, ['status']);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(`${databaseOf(folder)} is a database of another program [STORE_CORRUPT]`),
    ]);
  });
});

describe('--json', () => {
  const { stdin, stdout, stderr } = process;
  const surroundings = {
    stdin,
    stdout,
    stderr,
    environment: {},
    workingFolder: '.',
    signal: new AbortController().signal,
  };
  it.each<readonly [string, boolean]>([
    ['status --json', true],
    ['candidates list --json', true],
    ['predict desk --json text', true],
    ['candidates approve 1 --reason --json', false],
    ['candidates approve 1 --reason=--json', false],
    ['candidates approve 1 --reason --json --json', true],
    ['predict desk -- --json', false],
    ['predict desk --json -- --json', true],
    ['status --workspace status --json', true],
    ['status', false],
  ])('%s: %s', async (words, asks) => {
    expect(asksForJson(await newProgram(surroundings), words.split(' '))).toBe(asks);
  });
});

describe('the exit codes', () => {
  it('are what docs/commands.md says, for every code of the catalogue', () => {
    const docs = readFileSync(new URL('../../docs/commands.md', import.meta.url), 'utf8');
    const rows = [...docs.matchAll(/^\| (\d+) \| .* \| (.*) \|$/gm)].map(([, exit, codes]) => ({
      exit: Number(exit),
      codes: codes!,
    }));
    const named = rows.flatMap(({ exit, codes }) =>
      [...codes.matchAll(/`([A-Z_]+)`/g)].map(([, code]) => [code!, exit] as const),
    );
    const documented = new Map(named);
    const others = rows.find(({ codes }) => codes === 'all others')!.exit;
    for (const code of Object.keys(catalogue) as ErrorCode[])
      expect([code, exitCodeOf(code)]).toEqual([code, documented.get(code) ?? others]);
    expect([...documented.keys()].filter((code) => !(code in catalogue))).toEqual([]);
  });

  it('are 1 for an error of the system that nobody has named, with the path that it names', () => {
    const said: string[] = [];
    const words = { write: (text: string) => said.push(text) } as unknown as NodeJS.WritableStream;
    const thrown = Object.assign(new Error('EIO: i/o error'), { code: 'EIO', path: '/data/suite.yaml' });
    expect(tellError(thrown, { json: undefined, words })).toBe(1);
    expect(said.join('')).toContain('the disk failed at /data/suite.yaml');
  });
});
