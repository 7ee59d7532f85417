/**
 * Takes labelled rows into the store, all files of a request in one transaction: an intake that is refused, stopped or
 * killed has stored nothing. Rows stream through in constant memory. Rejected rows go to a rejects file, whole, with
 * their reason.
 */
import { EspalierError } from '../core/errors.js';
import { labelsIn } from '../core/label-sets.js';
import { requireReason } from '../core/reason.js';
import { editWithin, reasonOfChange } from '../curation/edit.js';
import { type Task, taskNamed } from '../declaration/tasks.js';
import { checkInput } from '../reading/check-input.js';
import { Rejects } from '../reading/rejects.js';
import type { Row } from '../reading/row.js';
import { readRows } from '../reading/rows.js';
import { registerAdapter, saveAnswerForm } from '../store/answer-forms.js';
import { holdArrivals, saveLastArrival } from '../store/arrivals.js';
import { recordAct } from '../store/audit.js';
import { type ExampleWriter, type KnownExample, type Store, type Transaction, transact } from '../store/database.js';
import { listAnswers, type NewExample } from '../store/examples.js';
import { listStrata, saveStrata } from '../store/strata.js';
import { requireAnswerForm } from './answer-form.js';
import { openStrata, type Strata } from './holdout.js';
import { requireFewRejected, requireTaken, rowsOf } from './intake-limits.js';
import { type IntakeReport, type IntakeRequest, newIntakeReport } from './intake-report.js';
import { type LabelBook, openLabelBook } from './label-book.js';
import { type Near, type NearCheck, openNearCheck } from './near-check.js';
import { mostPairs, pairOf, reasonOfNear, warningsOfNear } from './near-report.js';
import { openRowReader, type ReadRow } from './read-example.js';
import { openRedactor, type Redactor } from './redact.js';
import { redactRow } from './redact-row.js';

/**
 * `evalTexts` of the request must hold every text that a suite asks; `takeExamples` collects them.
 * @throws TASK_MISSING, TASK_UNKNOWN, DECLARATION_INVALID, INPUT_EMPTY, INPUT_BINARY, INPUT_ENCODING, INPUT_FORMAT,
 * CSV_COLUMN_MISSING, INPUT_REJECTED, NOTHING_TAKEN, TOO_MANY_REJECTED, INTERRUPTED, STORE_BUSY, DISK_FULL
 */
export async function ingest(store: Store, request: IntakeRequest): Promise<IntakeReport> {
  const task = taskNamed(request.declaration, request.task);
  await requireAnswerForm(store.queries, request.declaration.name, task);
  let totalBytes = 0;
  for (const file of request.files) totalBytes += (await checkInput(file)).bytes;
  if (request.relabel !== undefined) requireReason(request.relabel, reasonOfChange);
  const redactor = await openRedactor(request.declaration.intake ?? {});
  const report = newIntakeReport(request.declaration);
  const rejects = new Rejects(request.rejectsFile);
  try {
    await transact(store, async (transaction) => {
      const writer = store.engine.openExampleWriter(transaction, {
        adapter: request.declaration.name,
        task: task.name,
      });
      const near = openNearCheck(store, transaction, { ...request, task: task.name });
      const intake = await beginIntake(transaction, { request, task, report, rejects, writer, redactor, near });
      await takeRows(intake, totalBytes);
      await endIntake(transaction, intake);
      await mendLabels(transaction, store, intake);
    });
  } finally {
    report.rejectsFile = await rejects.close();
  }
  if (report.relabelled === 0) requireTaken(report, rejects.first);
  return report;
}

interface Intake {
  readonly request: IntakeRequest;
  readonly task: Task;
  readonly report: IntakeReport;
  readonly rejects: Rejects;
  readonly writer: ExampleWriter;
  /** Undefined where nothing is to be redacted. */
  readonly redactor: Redactor | undefined;
  /** Undefined where adapter.yaml does not declare `intake.nearDuplicates`. */
  readonly near: NearCheck | undefined;
  readonly labels: LabelBook;
  readonly strata: Strata;
  /** Example -> the label that a row gives it, where labels are mended. */
  readonly mended: Map<number, string>;
  /** Arrival number of the adapter's last example before this intake. */
  readonly lastArrival: number;
}

async function beginIntake(
  transaction: Transaction,
  open: Omit<Intake, 'labels' | 'strata' | 'lastArrival' | 'mended'>,
): Promise<Intake> {
  const { request, task } = open;
  const adapter = request.declaration.name;
  const lastArrival = await holdArrivals(transaction, adapter);
  await open.near?.catchUp(lastArrival);
  const strata = await listStrata(transaction, adapter, task.name);
  const known = task.multiLabel
    ? (await listAnswers(transaction, adapter, task.name)).flatMap((answer) => labelsIn(task, answer))
    : strata.filter(({ received }) => received > 0).map(({ label }) => label);
  const labels = openLabelBook(task, new Set(known), request.labelNames);
  return { ...open, labels, strata: openStrata(strata), lastArrival, mended: new Map() };
}

/** Rows that are read before they are taken together: between two reports of progress. */
const parcelSize = 500;

interface Parcelled {
  readonly row: Row;
  readonly read: ReadRow;
}

async function takeRows(intake: Intake, totalBytes: number): Promise<void> {
  const { request, report, task, labels, redactor } = intake;
  const reader = openRowReader(request, task, labels);
  let done = 0;
  let parcel: Parcelled[] = [];
  for (const file of request.files) {
    for await (const row of readRows(file, request.fields, { task: task.name })) {
      if (request.signal.aborted) throw stoppedAt(row);
      const kept = redactor ? redactRow(row, redactor) : row;
      parcel.push({ row: kept, read: reader.read(kept, row) });
      done += row.bytes;
      if (parcel.length < parcelSize) continue;
      await takeParcel(intake, parcel);
      parcel = [];
      request.progress(done, totalBytes);
    }
  }
  await takeParcel(intake, parcel);
  report.notRead = reader.notRead();
  report.redacted = Object.fromEntries(redactor?.counts ?? []);
  request.progress(totalBytes, totalBytes);
  requireFewRejected(report, request, rowsOf(report));
}

/** Row by row, in their order. */
async function takeParcel(intake: Intake, parcel: readonly Parcelled[]): Promise<void> {
  const { report, writer, near } = intake;
  const examples = parcel.flatMap(({ read }) => (typeof read === 'object' && 'example' in read ? read.example : []));
  await writer.prepare(examples.map(({ twin }) => twin));
  await near?.prepare(examples.filter(({ twin }) => writer.find(twin).length === 0));
  for (const { row, read } of parcel) {
    if (read === 'filtered') report.filtered++;
    else if ('reason' in read) {
      if (read.leaked) report.leaked++;
      reject(intake, row, read);
    } else {
      if (read.cleanedText) report.cleanedTexts++;
      if (read.cleanedLabel) report.cleanedLabels++;
      takeExample(intake, row, read.example);
    }
  }
  await writer.flush();
  await near?.flush();
}

function stoppedAt({ file, line }: Row): EspalierError {
  return new EspalierError('INTERRUPTED', `stopped at line ${line} of ${file}; nothing was stored`, {
    hint: 'Run the same command again.',
  });
}

/** @throws TOO_MANY_REJECTED, at once where rows are counted */
function reject(
  intake: Intake,
  row: Row,
  { field, reason }: { readonly field?: string | undefined; readonly reason: string },
): void {
  const { report, rejects, request } = intake;
  report.rejected++;
  rejects.add({ file: row.file, line: row.line, element: row.element, field, reason, raw: row.raw });
  if (request.maxRejected && 'rows' in request.maxRejected) requireFewRejected(report, request, 0);
}

/** Inserts what is new with its split assigned, counts what is there already, and rejects what contradicts it. */
function takeExample(intake: Intake, row: Row, example: NewExample): void {
  const { report, writer, near: check } = intake;
  const known = writer.find(example.twin);
  const twin =
    known.find(({ hash }) => hash === example.hash) ?? known.find(({ label }) => label === example.label) ?? known[0];
  if (twin?.label === example.label) {
    report.duplicates++;
    if (twin.hash !== example.hash) report.twins++;
  } else if (twin && isMended(intake, twin, example.label)) {
    intake.mended.set(twin.id, example.label);
  } else if (twin) {
    report.contradictions++;
    reject(intake, row, { field: intake.request.fields.label, reason: contradictionOf(example, twin, intake) });
  } else {
    const near = check?.find(example);
    if (near === undefined || isLinked(intake, row, { example, near })) storeExample(intake, example, near);
  }
}

/** Whether the row mends the label of an example that was there before, which no earlier row gives another one. */
function isMended({ request, mended, lastArrival }: Intake, { id, arrival }: KnownExample, label: string): boolean {
  return request.relabel !== undefined && arrival <= lastArrival && (mended.get(id) ?? label) === label;
}

async function mendLabels(
  transaction: Transaction,
  store: Store,
  { request, mended, report, task }: Intake,
): Promise<void> {
  if (mended.size === 0) return;
  const { declaration, relabel: reason = '', actor, now: at } = request;
  const { examples } = await editWithin(transaction, store, {
    ...{ adapter: declaration.name, act: 'relabel', reason, actor, at, ids: [...mended.keys()] },
    summary: `relabel ${mended.size === 1 ? '1 example' : `${mended.size} examples`} of ${task.name} by an intake`,
    change: ({ id }) => ({ label: mended.get(id)! }),
  });
  report.relabelled = examples;
}

/** In the split of the example that it resembles, if there is one: a twin across the split would leak. */
function storeExample(intake: Intake, example: NewExample, near: Near | undefined): void {
  const { report, task, request, writer, strata, labels } = intake;
  const own = labelsIn(task, example.label);
  const { holdout, training } = request.declaration;
  const split = strata.assign(own, example.domain, {
    fraction: holdout.fraction,
    seed: training.seed,
    settled: near?.split,
  });
  report.accepted++;
  const arrival = intake.lastArrival + report.accepted;
  writer.insert({ ...example, split }, arrival);
  intake.near?.keep({ ...example, split }, arrival, near);
  labels.count(own);
  request.onAccepted?.(example);
  if (split === 'holdout') report.heldOut++;
}

/** Counts a near-duplicate. Where such rows are skipped, the rejects file gets it, and it is not linked. */
function isLinked(
  intake: Intake,
  row: Row,
  { example, near }: { readonly example: NewExample; readonly near: Near },
): boolean {
  const { report, request, rejects, lastArrival } = intake;
  const counts = report.nearDuplicates!;
  const contradicts = near.label !== example.label;
  if (contradicts) counts.contradictions++;
  if (counts.pairs.length < mostPairs) counts.pairs.push(pairOf(row, example, { near, lastArrival }));
  if (request.declaration.intake?.nearDuplicates?.action === 'link') {
    counts.linked++;
    return true;
  }
  const { file, line, element, raw } = row;
  const reason = reasonOfNear(example, { near, lastArrival });
  if (contradicts) reject(intake, row, { field: request.fields.label, reason });
  else {
    counts.skipped++;
    rejects.addSkipped({ file, line, element, field: request.fields.text, reason, raw });
  }
  return false;
}

function contradictionOf({ hash, label }: NewExample, known: KnownExample, { lastArrival }: Intake): string {
  const same = known.hash === hash ? 'the same text' : 'the same text in other letters';
  const where = known.arrival > lastArrival ? 'earlier in this input' : `as example ${known.id}`;
  return `${same} is labelled \`${known.label}\` ${where}; this row says \`${label}\``;
}

async function endIntake(
  transaction: Transaction,
  { request, task, report, labels, strata, lastArrival, redactor, near }: Intake,
): Promise<void> {
  const { name: adapter } = request.declaration;
  report.newLabels = labels.newLabels();
  report.warnings = [...labels.warnings(), ...warningsOfNear(report)];
  await near?.finish(lastArrival + report.accepted);
  if (report.accepted + report.duplicates === 0) return;
  await registerAdapter(transaction, adapter, request.now);
  if (report.accepted === 0) return;
  await saveAnswerForm(transaction, adapter, { name: task.name, multiLabel: task.multiLabel ?? false });
  await saveStrata(transaction, adapter, task.name, strata.grown());
  await saveLastArrival(transaction, adapter, lastArrival + report.accepted);
  await recordAct(transaction, {
    at: request.now,
    principal: request.actor,
    act: 'ingested',
    adapter,
    subject: `${report.accepted} examples`,
    detail: { files: request.files.map(({ name }) => redactor?.text(name) ?? name), task: task.name },
  });
}
