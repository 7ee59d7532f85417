/**
 * Takes labelled rows into the store. Rows stream through in slices, each one transaction: a file that is cut off by a crash is
 * simply ingested again, and what was stored already counts as duplicates. Rejected rows go to a rejects file, whole, with their reason.
 */
import type { AdapterDeclaration } from '../core/declaration.js';
import { EspalierError } from '../core/errors.js';
import { labelsIn, readLabelSet } from '../core/label-sets.js';
import { type Task, taskNamed } from '../core/tasks.js';
import { leakageHash, nearestName, textHash, twinHash } from '../core/text.js';
import { recordAct } from '../store/audit.js';
import { type Queries, type Store, transact } from '../store/database.js';
import { findByHash, findSplitsByTwin, insertExamples, listStrata, type NewExample, type Split, saveStrata } from '../store/examples.js';
import { requireAnswerForm } from './answer-form.js';
import { checkInput, type InputFile } from './check-input.js';
import { openStrata, type Strata } from './holdout.js';
import { openRejects, type Rejects } from './rejects.js';
import { type FieldNames, type Row, readRows } from './rows.js';
import { maxNameLength, maxTextLength, readLabelsField, readTextField } from './text-field.js';

export interface IntakeRequest {
  readonly declaration: AdapterDeclaration;
  /** The task that the labels are of; an adapter of one task needs none. */
  readonly task?: string | undefined;
  readonly files: readonly InputFile[];
  /** For rows that name no domain or source of their own. */
  readonly domain: string;
  readonly source: string;
  /** Of a multi-label task `label` names the field of the set. */
  readonly fields: FieldNames;
  /** Texts of eval suites by leakage hash -> the suite's name. */
  readonly evalTexts: ReadonlyMap<string, string>;
  readonly rejectsFile: string;
  readonly now: Date;
  readonly actor: string;
  readonly signal: AbortSignal;
  readonly progress: (bytes: number, totalBytes: number) => void;
}

export interface IntakeReport {
  accepted: number;
  heldOut: number;
  duplicates: number;
  /** Rows whose text is there already with another label; they are among the rejected. */
  contradictions: number;
  /** Rows whose text occurs in an eval suite; they are among the rejected. */
  leaked: number;
  rejected: number;
  rejectsFile: string | undefined;
}

interface Reading {
  readonly request: IntakeRequest;
  readonly task: Task;
  readonly labels: ReadonlySet<string> | 'open';
  readonly report: IntakeReport;
  readonly rejects: Rejects;
}

const sliceSize = 500;

/** @throws TASK_MISSING, TASK_UNKNOWN, DECLARATION_INVALID, INPUT_EMPTY, INPUT_BINARY, INPUT_ENCODING, INPUT_FORMAT, CSV_COLUMN_MISSING, INPUT_REJECTED, INTERRUPTED, DISK_FULL */
export async function ingest(store: Store, request: IntakeRequest): Promise<IntakeReport> {
  const task = taskNamed(request.declaration, request.task);
  await requireAnswerForm(store.queries, request.declaration.name, task);
  let totalBytes = 0;
  for (const file of request.files) totalBytes += (await checkInput(file)).bytes;
  const report: IntakeReport = {
    accepted: 0,
    heldOut: 0,
    duplicates: 0,
    contradictions: 0,
    leaked: 0,
    rejected: 0,
    rejectsFile: undefined,
  };
  const rejects = openRejects(request.rejectsFile);
  const labels = task.labels === 'open' ? task.labels : new Set(task.labels);
  const reading: Reading = { request, task, labels, report, rejects };
  try {
    await readAll(store, reading, totalBytes);
  } finally {
    report.rejectsFile = await rejects.close();
  }
  if (report.rejected > 0 && report.accepted + report.duplicates === 0) {
    const hint = `Read ${report.rejectsFile}: it names line, field and reason of each row.`;
    throw new EspalierError('INPUT_REJECTED', `all ${report.rejected} rows were rejected; the first: ${rejects.first}`, { hint });
  }
  return report;
}

async function readAll(store: Store, reading: Reading, totalBytes: number): Promise<void> {
  const { request } = reading;
  let done = 0;
  for (const file of request.files) {
    let slice: NewExample[] = [];
    for await (const row of readRows(file, request.fields)) {
      if (request.signal.aborted) {
        await storeSlice(store, slice, reading);
        throw new EspalierError('INTERRUPTED', `stopped at line ${row.line} of ${file.name}; rows before it are kept`);
      }
      const example = exampleOfRow(row, reading);
      if (example) slice.push(example);
      done += row.bytes;
      if (slice.length < sliceSize) continue;
      await storeSlice(store, slice, reading);
      slice = [];
      request.progress(done, totalBytes);
    }
    await storeSlice(store, slice, reading);
  }
  request.progress(totalBytes, totalBytes);
}

/** The example of a row, or undefined where the row was rejected. */
function exampleOfRow(row: Row, reading: Reading): NewExample | undefined {
  const { request, report, task } = reading;
  const reject = (field: string | undefined, reason: string) => {
    report.rejected++;
    reading.rejects.add({ file: row.file, line: row.line, field, reason, raw: row.raw });
    return undefined;
  };
  if ('unreadable' in row.content) return reject(undefined, row.content.unreadable);
  const { fields } = row.content;
  const text = readTextField(fields, request.fields.text, maxTextLength);
  if ('reason' in text) return reject(request.fields.text, text.reason);
  const answer = readAnswer(fields, request.fields.label, task);
  if ('reason' in answer) return reject(request.fields.label, answer.reason);
  const strange = labelsIn(task, answer.value).find((label) => reading.labels !== 'open' && !reading.labels.has(label));
  if (strange !== undefined) {
    const near = nearestName(strange, [...reading.labels]);
    return reject(
      request.fields.label,
      `the label \`${strange}\` is not declared${near === undefined ? '' : `; the nearest is \`${near}\``}`,
    );
  }
  const domain = readTextField({ domain: fields.domain || request.domain }, 'domain', maxNameLength);
  if ('reason' in domain) return reject('domain', domain.reason);
  const source = readTextField({ source: fields.source || request.source }, 'source', maxNameLength);
  if ('reason' in source) return reject('source', source.reason);
  const suite = request.evalTexts.get(leakageHash(text.value));
  if (suite !== undefined) {
    report.leaked++;
    return reject(request.fields.text, `the text is a case of the eval suite \`${suite}\`: training on it would make that suite blind`);
  }
  return {
    task: task.name,
    text: text.value,
    hash: textHash(text.value),
    twin: twinHash(text.value),
    label: answer.value,
    domain: domain.value,
    source: source.value,
    receivedAt: request.now.toISOString(),
    split: 'train',
    provenance: { file: row.file, line: row.line },
  };
}

function readAnswer(fields: Readonly<Record<string, unknown>>, field: string, { multiLabel = false }: Task) {
  return multiLabel ? readLabelsField(fields, field) : readTextField(fields, field, maxNameLength);
}

async function storeSlice(store: Store, slice: readonly NewExample[], reading: Reading): Promise<void> {
  if (slice.length === 0) return;
  const { request, task } = reading;
  const adapter = request.declaration.name;
  const outcome = await transact(store, async (queries) => {
    const known = await findByHash(queries, adapter, task.name, [...new Set(slice.map((example) => example.hash))]);
    const twins = await findSplitsByTwin(queries, adapter, task.name, [...new Set(slice.map((example) => example.twin))]);
    const strata = openStrata(await listStrata(queries, adapter, task.name));
    const sorted = sortOut(slice, { known, twins }, strata, { declaration: request.declaration, task });
    await insertExamples(queries, adapter, sorted.fresh);
    await saveStrata(queries, adapter, task.name, strata.grown());
    await registerAdapter(queries, adapter, request.now);
    if (sorted.fresh.length > 0) {
      const subject = `${sorted.fresh.length} examples`;
      await recordAct(queries, {
        at: request.now,
        actor: request.actor,
        act: 'ingested',
        adapter,
        subject,
        detail: sorted.fresh[0]!.provenance,
      });
    }
    return sorted;
  });
  const { report, rejects } = reading;
  report.accepted += outcome.fresh.length;
  report.heldOut += outcome.fresh.filter((example) => example.split === 'holdout').length;
  report.duplicates += outcome.duplicates;
  report.contradictions += outcome.contradictions.length;
  report.rejected += outcome.contradictions.length;
  for (const { example, reason } of outcome.contradictions) {
    const answer = task.multiLabel ? readLabelSet(example.label) : example.label;
    const raw = JSON.stringify({ text: example.text, [request.fields.label]: answer });
    rejects.add({ ...example.provenance, field: request.fields.label, reason, raw });
  }
}

async function registerAdapter(queries: Queries, name: string, now: Date): Promise<void> {
  const row = { name, champion_version: null, created_at: now.toISOString() };
  await queries
    .insertInto('adapters')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Splits a slice into what is new (with its split assigned), what is there already, and what contradicts it. */
function sortOut(
  slice: readonly NewExample[],
  { known, twins }: { known: Map<string, { id?: number; label: string }>; twins: Map<string, Split> },
  strata: Strata,
  { declaration, task }: { declaration: AdapterDeclaration; task: Task },
) {
  const fresh: NewExample[] = [];
  const contradictions: { example: NewExample; reason: string }[] = [];
  let duplicates = 0;
  const { fraction } = declaration.holdout;
  for (const example of slice) {
    const earlier = known.get(example.hash);
    if (earlier === undefined) {
      // What was learned in other letters cannot be held out, and what is held out must not be learned in other letters.
      const options = { fraction, seed: declaration.training.seed, settled: twins.get(example.twin) };
      const split = strata.assign(labelsIn(task, example.label), example.domain, options);
      fresh.push({ ...example, split });
      twins.set(example.twin, split);
      known.set(example.hash, { label: example.label });
    } else if (earlier.label === example.label) {
      duplicates++;
    } else {
      const where = earlier.id === undefined ? 'earlier in this input' : `as example ${earlier.id}`;
      const reason = `the same text is labelled \`${earlier.label}\` ${where}; this row says \`${example.label}\``;
      contradictions.push({ example, reason });
    }
  }
  return { fresh, contradictions, duplicates };
}
