/**
 * A small workspace to play scenarios in: six intents of the sample adapter in two domains, and two suites of its own.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import SqliteDatabase from 'better-sqlite3';
import { succeed } from './command.js';
import { jsonLines, writeSuite } from './suite.js';
import { temporaryFolder } from './temporary-folder.js';

/** Every command of a scenario acts at a stated time, so that two runs of it leave the same bytes. */
export const at = (hour: number) => ['--at', `2026-11-24T${String(hour).padStart(2, '0')}:00:00Z`, '--actor', 'ann'];

export interface DeskRow {
  readonly text: string;
  readonly label: string;
}

/** Removed when the file's tests are over. */
const root = temporaryFolder();
const newFolder = () => mkdtempSync(join(root, 'desk-'));

const sampleFolder = fileURLToPath(new URL('../../adapters/support-triage/data', import.meta.url));

/** Rows of the sample data with one of these labels. */
function sampleRows(file: string, labels: readonly string[]): DeskRow[] {
  const rows = readFileSync(join(sampleFolder, file), 'utf8').trim().split('\n');
  return rows.map((row) => JSON.parse(row) as DeskRow).filter(({ label }) => labels.includes(label));
}

export const billing = sampleRows('1-billing.jsonl', ['cancel_subscription', 'payment_failed', 'refund_status']);
export const shipping = sampleRows('3-shipping.jsonl', ['change_delivery_address', 'missing_parcel', 'shipping_cost']);

/** adapter.yaml of the desk; `change` edits its text. */
export function deskDeclaration(change: (source: string) => string = (source) => source): string {
  return change(`name: desk
encoder:
  model: use-lite
tasks:
  - name: intent
strategy: analytic
training:
  width: 256
  epochs: 20
  batchSize: 16
  learningRate: 0.03
holdout:
  fraction: 0.25
buffer:
  examples: 40
suites: [desk-tones, desk-likeness]
gate:
  confidence: 0.9
  margin: 0.35
  domains:
    margin: 0.3
`);
}

const tones = [
  {
    label: 'glad',
    train: ['what a lovely surprise', 'this made my day'],
    test: ['I am so happy with it', 'wonderful, thank you all', 'best news of the week'],
  },
  {
    label: 'cross',
    train: ['this is an outrage', 'never again, what a mess'],
    test: ['I am very angry about this', 'worst evening in years', 'they ruined everything'],
  },
];

const likeness = [
  { a: 'the cat sleeps on the sofa', b: 'a cat is asleep on the couch', score: 5 },
  { a: 'the train to Lyon is late', b: 'the Lyon train has a delay', score: 4.5 },
  { a: 'he bakes bread on Sundays', b: 'he repairs old clocks', score: 1 },
  { a: 'rain is expected tonight', b: 'my bicycle has a flat tyre', score: 0 },
  { a: 'she plays the violin', b: 'she plays a string instrument', score: 3.5 },
  { a: 'the shop opens at nine', b: 'the shop closes at nine', score: 2 },
];

/** The folders and files of a workspace, before any command was run in it. */
export function writeDesk(declaration = deskDeclaration()): string {
  const folder = newFolder();
  mkdirSync(join(folder, 'replay-store'), { recursive: true });
  mkdirSync(join(folder, 'adapters', 'desk'), { recursive: true });
  declare(folder, declaration);
  const toneCases = tones.flatMap(({ label, train, test }) => [
    ...train.map((text, index) => ({ id: `${label}-train-${index}`, text, label, split: 'train' })),
    ...test.map((text, index) => ({ id: `${label}-test-${index}`, text, label, split: 'test' })),
  ]);
  writeSuite(join(folder, 'evals'), { name: 'desk-tones', kind: 'probe', cases: toneCases });
  writeSuite(join(folder, 'evals'), {
    name: 'desk-likeness',
    kind: 'sts',
    cases: likeness.map((pair, index) => ({ id: `pair-${index}`, ...pair })),
  });
  writeFileSync(join(folder, 'billing.jsonl'), jsonLines(billing));
  writeFileSync(join(folder, 'shipping.jsonl'), jsonLines(shipping));
  return folder;
}

export function declare(folder: string, declaration: string): void {
  writeFileSync(join(folder, 'adapters', 'desk', 'adapter.yaml'), declaration);
}

export const ingestWords = (domain: string) => ['ingest', `${domain}.jsonl`, '--adapter', 'desk', '--domain', domain];

/** A desk whose first version, of billing, is champion. */
export async function trainedDesk(declaration = deskDeclaration()): Promise<string> {
  const folder = writeDesk(declaration);
  await succeed(folder, [...ingestWords('billing'), ...at(8)]);
  await succeed(folder, ['update', 'desk', ...at(9)]);
  await succeed(folder, ['candidates', 'approve', '1', '--reason', 'the first', ...at(10)]);
  return folder;
}

/** A copy in a folder of its own, that a test may spoil. */
export function copyOf(folder: string): string {
  const copy = newFolder();
  cpSync(folder, copy, { recursive: true });
  return copy;
}

export const databaseOf = (folder: string) => join(folder, 'replay-store', 'espalier.db');

/** Opens the workspace's database beside the commands, for the time of `work`. */
export function withDatabase<T>(folder: string, work: (database: SqliteDatabase.Database) => T): T {
  const database = new SqliteDatabase(databaseOf(folder));
  try {
    return work(database);
  } finally {
    database.close();
  }
}

export function rowsOf<T = Record<string, unknown>>(folder: string, query: string): T[] {
  return withDatabase(folder, (database) => database.prepare(query).all() as T[]);
}
