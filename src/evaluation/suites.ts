/** Eval suites are versioned data: `suite.yaml` says what is measured, `cases.jsonl` holds the cases. Read whole, checked whole. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { EspalierError, messageOf } from '../core/errors.js';
import { readText } from '../core/files.js';
import { sha256 } from '../core/hash.js';
import { leakageHash, suggestAmong } from '../core/text.js';

const text = z.string().min(1);
const metrics = { classification: 'accuracy', probe: 'accuracy', sts: 'spearman', retrieval: 'ndcg@10' } as const;

const header = z.strictObject({
  name: text,
  version: z.number().int().min(1),
  kind: z.enum(['classification', 'probe', 'sts', 'retrieval']),
  capability: text,
  metric: text,
  higher_is_better: z.literal(true),
  /** Score of guessing. */
  chance: z.number(),
  licence: text,
  shots: z.number().int().min(1).optional(),
  task: text.optional(),
});

const cases = {
  classification: z.strictObject({ id: text, text, label: text }),
  probe: z.strictObject({ id: text, text, label: text, split: z.enum(['train', 'test']) }),
  sts: z.strictObject({ id: text, a: text, b: text, score: z.number() }),
  retrieval: z.discriminatedUnion('kind', [
    z.strictObject({ id: text, kind: z.literal('document'), text }),
    z.strictObject({ id: text, kind: z.literal('query'), text, relevant: z.record(z.string(), z.number().gt(0)) }),
  ]),
};

export type ClassificationCase = z.infer<typeof cases.classification>;
export type ProbeCase = z.infer<typeof cases.probe>;
export type StsCase = z.infer<typeof cases.sts>;
export type RetrievalCase = z.infer<typeof cases.retrieval>;

interface SuiteHeader {
  readonly name: string;
  readonly version: number;
  readonly capability: string;
  readonly metric: string;
  readonly chance: number;
  /** SHA-256 over the cases. */
  readonly contentHash: string;
  /** classification: which task of the adapter is asked; without it the first. */
  readonly task?: string | undefined;
}

export type Suite = SuiteHeader &
  (
    | { readonly kind: 'classification'; readonly cases: readonly ClassificationCase[] }
    | { readonly kind: 'probe'; readonly cases: readonly ProbeCase[] }
    | { readonly kind: 'sts'; readonly cases: readonly StsCase[] }
    | { readonly kind: 'retrieval'; readonly cases: readonly RetrievalCase[] }
  );

/** Name -> folder of every suite in `folders`; of two with one name the first counts. */
export async function listSuites(folders: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const folder of folders) {
    if (!existsSync(folder)) continue;
    const entries = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
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

/** @throws SUITE_INVALID, naming file and line */
export async function readSuite(folder: string): Promise<Suite> {
  const file = join(folder, 'suite.yaml');
  const head = header.safeParse(parseHeader(await readText(file), file));
  if (!head.success) throw invalid(file, undefined, head.error.issues[0]!);
  const { kind, metric, name } = head.data;
  if (name !== basename(folder))
    throw new EspalierError('SUITE_INVALID', `the name is \`${name}\`, the folder ${basename(folder)}`, { at: { file } });
  if (metric !== metrics[kind])
    throw new EspalierError('SUITE_INVALID', `the metric of ${kind} is ${metrics[kind]}`, { at: { file, field: 'metric' } });
  const casesFile = join(folder, 'cases.jsonl');
  const content = await readText(casesFile);
  const parsed = content.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [parseCase(kind, line, casesFile, index + 1)]));
  requireSound(kind, parsed, casesFile);
  // Each case was checked against its kind's own schema above, which the compiler cannot see through the table.
  return { ...head.data, contentHash: sha256(content), cases: parsed } as unknown as Suite;
}

function parseHeader(source: string, file: string): unknown {
  try {
    return parse(source);
  } catch (cause) {
    throw new EspalierError('SUITE_INVALID', messageOf(cause).split('\n')[0]!, { at: { file }, cause });
  }
}

function parseCase(kind: Suite['kind'], line: string, file: string, number: number): { id: string } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (thrown) {
    throw new EspalierError('SUITE_INVALID', `not JSON: ${messageOf(thrown)}`, { at: { file, line: number } });
  }
  const parsed = cases[kind].safeParse(value);
  if (!parsed.success) throw invalid(file, number, parsed.error.issues[0]!);
  return parsed.data;
}

function invalid(file: string, line: number | undefined, issue: z.core.$ZodIssue): EspalierError {
  const field = issue.path.join('.');
  const at = { file, ...(line === undefined ? {} : { line }), ...(field === '' ? {} : { field }) };
  return new EspalierError('SUITE_INVALID', issue.message, { at });
}

function requireSound(kind: Suite['kind'], parsed: readonly { id: string }[], file: string): void {
  const ids = new Set<string>();
  for (const { id } of parsed) {
    if (ids.has(id)) throw new EspalierError('SUITE_INVALID', `the id \`${id}\` occurs twice`, { at: { file, field: 'id' } });
    ids.add(id);
  }
  // As in readSuite, each case is of its kind's own type.
  const lack = (lackOf[kind] as (items: readonly unknown[]) => string | undefined)(parsed);
  if (lack !== undefined) throw new EspalierError('SUITE_INVALID', lack, { at: { file } });
}

/** What a suite lacks to measure anything, by kind. */
const lackOf = {
  classification: (items: readonly ClassificationCase[]) => (items.length === 0 ? 'there are no cases' : undefined),
  sts: (items: readonly StsCase[]) =>
    new Set(items.map(({ score }) => score)).size < 2 ? 'no two pairs differ in score: there is nothing to rank' : undefined,
  probe: lackOfProbe,
  retrieval: lackOfRetrieval,
};

function lackOfProbe(items: readonly ProbeCase[]): string | undefined {
  const shown = new Set(items.filter(({ split }) => split === 'train').map(({ label }) => label));
  if (shown.size < 2) return 'the training cases have fewer than two labels';
  const asked = items.filter(({ split }) => split === 'test');
  if (asked.length === 0) return 'there are no test cases';
  const unknown = asked.find(({ label }) => !shown.has(label));
  return unknown && `no training case has the label \`${unknown.label}\` of \`${unknown.id}\``;
}

function lackOfRetrieval(items: readonly RetrievalCase[]): string | undefined {
  const documents = new Set(items.filter(({ kind }) => kind === 'document').map(({ id }) => id));
  const queries = items.filter((item) => item.kind === 'query');
  if (queries.length === 0) return 'there are no queries';
  for (const { id, relevant } of queries) {
    const named = Object.keys(relevant);
    if (named.length === 0) return `the query \`${id}\` names no relevant document`;
    const lost = named.find((document) => !documents.has(document));
    if (lost !== undefined) return `the query \`${id}\` names \`${lost}\`, which is no document`;
  }
  return undefined;
}

/** Every text a suite shows to the encoder. */
export function textsOf(suite: Suite): string[] {
  return suite.kind === 'sts' ? suite.cases.flatMap(({ a, b }) => [a, b]) : suite.cases.map((item) => item.text);
}

/** Leakage hash -> suite, over all suites in `folders`: what must never be trained on. */
export async function collectEvalTexts(folders: readonly string[]): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  for (const suite of await readSuites(folders, [...(await listSuites(folders)).keys()])) {
    for (const item of textsOf(suite)) hashes.set(leakageHash(item), suite.name);
  }
  return hashes;
}
