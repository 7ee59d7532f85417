/**
 * Eval suites are versioned data: `suite.yaml` declares the measurement, `cases.jsonl` contains the cases. Both are
 * read and checked whole.
 */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { EspalierError, messageOf, type Place } from '../core/errors.js';
import { readText } from '../core/files.js';
import { sha256 } from '../core/hash.js';
import { sameTextHash, suggestAmong } from '../core/text.js';
import type { Case, Kind, SuiteProblem } from './kind.js';
import { type AnyKind, type KnownKind, kindNamed } from './kinds.js';

const text = z.string().min(1);

const logEntry = z.strictObject({
  version: z.number().int().min(1),
  date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
  /** Hash of cases.jsonl. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  note: text,
});

const header = z.strictObject({
  name: text,
  version: z.number().int().min(1),
  kind: text,
  capability: text,
  group: text.optional(),
  metric: text,
  higher_is_better: z.literal(true),
  chance: z.number(),
  ceiling: z.number().default(1),
  licence: text,
  shots: z.number().int().min(1).optional(),
  task: text.optional(),
  /** Whether its texts are out of scope for every adapter, so that any adapter may be tested for detecting them. */
  outOfScope: z.boolean().optional(),
  log: z.array(logEntry).min(1).optional(),
});

export type SuiteVersion = z.infer<typeof logEntry>;

interface SuiteHeader {
  readonly name: string;
  readonly version: number;
  readonly capability: string;
  /** The family of suites that may be judged together. By default the kind. */
  readonly group: string;
  readonly metric: string;
  /** The score of guessing. */
  readonly chance: number;
  /** The best score that can be expected. */
  readonly ceiling: number;
  /** SHA-256 over the cases. */
  readonly contentHash: string;
  /** Undefined for a suite that is not read from a folder. */
  readonly licence?: string | undefined;
  /** Versions of the suite, the oldest first; undefined if no log is kept. */
  readonly log?: readonly SuiteVersion[] | undefined;
  /** Number of training cases per class, as the suite declares. */
  readonly shots?: number | undefined;
  /** classification: the adapter's task that is scored; by default the first. */
  readonly task?: string | undefined;
  /** Whether its texts count as out of scope for every adapter. */
  readonly outOfScope?: boolean | undefined;
}

type SuiteOf<Known> =
  Known extends Kind<infer Name, infer Own>
    ? SuiteHeader & { readonly kind: Name; readonly cases: readonly Own[] }
    : never;

/** A suite of a kind that the workspace adds has this type too: its name and cases are known only when it is read. */
export type Suite = SuiteOf<KnownKind>;

/**
 * Whether a suite is of that kind, which also narrows the type of its cases.
 * @example if (isOfKind(suite, stability)) suite.cases[0].changed
 */
export function isOfKind<Name extends KnownKind['name']>(
  suite: Suite,
  { name }: { readonly name: Name },
): suite is Extract<Suite, { readonly kind: Name }> {
  return suite.kind === name;
}

/** Name -> folder of every suite in `folders`; if two suites have the same name, the first counts. */
export async function listSuites(folders: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const folder of folders) {
    if (!existsSync(folder)) continue;
    // A link to a folder counts as a folder: the texts in it must be kept out of training as well.
    const entries = (await readdir(folder, { withFileTypes: true })).filter(
      (entry) => entry.isDirectory() || entry.isSymbolicLink(),
    );
    for (const { name } of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (existsSync(join(folder, name, 'suite.yaml')) && !found.has(name)) found.set(name, join(folder, name));
    }
  }
  return found;
}

/** @throws SUITE_NOT_FOUND, SUITE_INVALID */
export async function readSuites(folders: readonly string[], names: readonly string[]): Promise<Suite[]> {
  const known = await listSuites(folders);
  return Promise.all(
    names.map((name) => {
      const folder = known.get(name);
      if (folder !== undefined) return readSuite(folder);
      const hint = suggestAmong(name, [...known.keys()]);
      throw new EspalierError('SUITE_NOT_FOUND', `no suite is called \`${name}\``, { hint });
    }),
  );
}

/** @throws SUITE_INVALID, naming file, line and field */
export async function readSuite(folder: string): Promise<Suite> {
  const file = join(folder, 'suite.yaml');
  const head = header.safeParse(parseHeader(await readText(file), file));
  if (!head.success) throw invalid({ file }, head.error.issues[0]!);
  const kind = kindIn(head.data, file);
  requireSoundHeader(head.data, kind, folder);
  const casesFile = join(folder, 'cases.jsonl');
  const content = await readText(casesFile);
  const contentHash = sha256(content);
  requireLogged(head.data, contentHash, file);
  const cases: Case[] = [];
  const lineNumbers: number[] = [];
  for (const { line, number } of eachLine(content)) {
    cases.push(parseCase(kind, line, { file: casesFile, line: number }));
    lineNumbers.push(number);
  }
  const lack = problemOfCases(kind, cases);
  if (lack) throw new EspalierError('SUITE_INVALID', lack.what, { at: placeOf(lack, lineNumbers, casesFile) });
  const group = head.data.group ?? kind.name;
  // Each case was checked against its kind's own schema above, which the compiler cannot infer from the table.
  return { ...head.data, group, contentHash, cases } as unknown as Suite;
}

type Header = z.infer<typeof header>;

function kindIn({ kind }: Header, file: string): AnyKind {
  try {
    return kindNamed(kind);
  } catch (thrown) {
    if (!(thrown instanceof EspalierError)) throw thrown;
    const { code, message, hint, choices } = thrown;
    throw new EspalierError(code, message, { at: { file, field: 'kind' }, hint, choices });
  }
}

function requireSoundHeader({ name, metric, chance, ceiling }: Header, kind: AnyKind, folder: string): void {
  const file = join(folder, 'suite.yaml');
  const refuse = (what: string, field?: string) => {
    throw new EspalierError('SUITE_INVALID', what, { at: { file, ...(field === undefined ? {} : { field }) } });
  };
  if (name !== basename(folder)) refuse(`the name is \`${name}\`, the folder ${basename(folder)}`);
  if (metric !== kind.metric.name) refuse(`the metric of ${kind.name} is ${kind.metric.name}`, 'metric');
  if (ceiling <= chance) refuse(`the ceiling, ${ceiling}, is not above chance, ${chance}`, 'ceiling');
}

/** Scores on two different contents must never appear under one version. A suite without a log is not checked. */
function requireLogged({ version, log }: Header, contentHash: string, file: string): void {
  const last = log?.at(-1);
  if (!last) return;
  const refuse = (what: string, hint: string) => {
    throw new EspalierError('SUITE_INVALID', what, { at: { file, field: 'log' }, hint });
  };
  if (last.version !== version)
    refuse(
      `the version is ${version}, the log ends with ${last.version}`,
      'Add an entry for the version at the end of `log`.',
    );
  if (last.sha256 !== contentHash)
    refuse(
      `cases.jsonl was edited without a new version: it is not what the log says of version ${version}`,
      `Restore cases.jsonl, or set \`version\` to ${version + 1} and add a log entry with sha256 ${contentHash}.`,
    );
}

function parseHeader(source: string, file: string): unknown {
  try {
    // The parser's warnings would be printed to standard error unescaped, with the file's own control characters.
    return parse(source, { logLevel: 'error' });
  } catch (cause) {
    throw new EspalierError('SUITE_INVALID', messageOf(cause).split('\n')[0]!, { at: { file }, cause });
  }
}

/** Lines that are not blank, numbered from 1; yielded singly, so that a large file is not held twice. */
function* eachLine(content: string): Generator<{ readonly line: string; readonly number: number }> {
  let number = 0;
  for (let start = 0; start <= content.length; ) {
    const end = content.indexOf('\n', start);
    const line = content.slice(start, end < 0 ? content.length : end);
    number++;
    if (line.trim() !== '') yield { line, number };
    start = end < 0 ? content.length + 1 : end + 1;
  }
}

function parseCase(kind: AnyKind, line: string, at: { file: string; line: number }): Case {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (thrown) {
    throw new EspalierError('SUITE_INVALID', `not JSON: ${messageOf(thrown)}`, { at });
  }
  const parsed = kind.schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const hint = `A case of kind ${kind.name} is written like this: ${JSON.stringify(kind.example.at(-1))}`;
  throw invalid(at, parsed.error.issues[0]!, { hint });
}

function invalid(
  place: { file: string; line?: number },
  { path, message }: z.core.$ZodIssue,
  more: { hint?: string } = {},
): EspalierError {
  const field = path.join('.');
  return new EspalierError('SUITE_INVALID', message, { at: { ...place, ...(field === '' ? {} : { field }) }, ...more });
}

function problemOfCases(kind: AnyKind, cases: readonly Case[]): SuiteProblem | undefined {
  if (cases.length === 0) return { what: 'there are no cases' };
  const ids = new Set<string>();
  for (const [index, { id }] of cases.entries()) {
    if (ids.has(id)) return { what: `the id \`${id}\` occurs twice`, index, field: 'id' };
    ids.add(id);
  }
  return kind.problemOf(cases);
}

function placeOf({ index, field }: SuiteProblem, lineNumbers: readonly number[], file: string): Place {
  return {
    file,
    ...(index === undefined ? {} : { line: lineNumbers[index]! }),
    ...(field === undefined ? {} : { field }),
  };
}

/** Every text that a suite gives to the encoder. */
export function textsOf(suite: Suite): string[] {
  return suite.cases.flatMap(kindNamed(suite.kind).texts);
}

/** sameTextHash -> suite, over all suites in `folders`: the texts that must never be trained on. */
export async function collectEvalTexts(folders: readonly string[]): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  for await (const suite of eachSuite(folders)) {
    for (const item of textsOf(suite)) hashes.set(sameTextHash(item), suite.name);
  }
  return hashes;
}

/** Every suite in `folders`, read in turn, so that only one is in memory. @throws SUITE_INVALID */
export async function* eachSuite(folders: readonly string[]): AsyncGenerator<Suite> {
  for (const folder of (await listSuites(folders)).values()) yield await readSuite(folder);
}
