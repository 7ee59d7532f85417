/** Takes labelled examples into the store, from files or from rows. Texts of eval suites are refused whoever calls. */
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { EspalierError } from '../core/errors.js';
import { clip } from '../core/text.js';
import { taskNamed } from '../declaration/tasks.js';
import { readDeclaration } from '../declaration/workspace.js';
import type { FieldValue, IntakeReport, RejectedLimit } from '../intake/intake-report.js';
import { takeExamples } from '../intake/take-examples.js';
import { type NamedInput, openInputs } from '../reading/open-input.js';
import { type FieldSettings, fieldsOf } from './field-roles.js';
import type { Site } from './site.js';

export interface IngestSettings extends FieldSettings {
  /** Where this slice of data comes from. With `domainField` it is for rows that name none. */
  readonly domain?: string | undefined;
  /** The task that the labels are of; an adapter of one task needs none. */
  readonly task?: string | undefined;
  /**
   * Recorded with every row; usually `file`, and `rows` where rows are given. With `sourceField` it is for rows that
   * name none.
   */
  readonly source?: string | undefined;
  /** The labels that integers in the data stand for, by their number: the first is that of 0. */
  readonly labelNames?: readonly string[] | undefined;
  /** Only rows of which all of this holds are taken. */
  readonly where?: readonly FieldValue[] | undefined;
  /**
   * Why labels are mended: a row whose text is there with another label gives it its own. Without it such rows are
   * rejected.
   */
  readonly relabel?: string | undefined;
  /** Nothing is stored where more rows than this are rejected. */
  readonly maxRejected?: RejectedLimit | undefined;
  /** Of a file: jsonl, json, csv, label-studio, argilla, rasa or parquet; without it by its beginning, then its name. */
  readonly format?: string | undefined;
  /** Of CSV: comma, semicolon, tab or bar. */
  readonly delimiter?: string | undefined;
  readonly encoding?: string | undefined;
}

/** Rows as plain objects, such as `{ text: 'where is my parcel', label: 'shipping' }`. */
export type Rows = Iterable<object> | AsyncIterable<object>;

/** Where rows come from: files, of which `-` is read from `stdin`. */
export interface RowSource {
  readonly inputs: readonly NamedInput[];
  readonly stdin: NodeJS.ReadableStream;
  /** What the inputs are in, where that is known from their origin. */
  readonly format?: 'jsonl';
}

/** Rows are spooled to a private file first: intake reads them twice, and holds its transaction for no slow source. */
export function sourceOf(rows: string | readonly string[] | Rows): RowSource {
  const paths = pathsAmong(rows);
  if (paths) return { inputs: paths.map((path) => ({ path, name: path })), stdin: Readable.from([]) };
  return { inputs: [{ path: '-', name: 'rows' }], stdin: Readable.from(jsonLines(rows as Rows)), format: 'jsonl' };
}

function pathsAmong(rows: string | readonly string[] | Rows): readonly string[] | undefined {
  if (typeof rows === 'string') return [rows];
  return Array.isArray(rows) && rows.length > 0 && rows.every((row) => typeof row === 'string') ? rows : undefined;
}

/** A row that JSON has no words for is rejected by intake like any other that is no object. */
async function* jsonLines(rows: Rows): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(row) ?? 'null'}\n`;
}

/** @throws what `takeExamples` throws, and USAGE where no domain is named */
export async function ingestFrom(
  site: Site,
  adapter: string,
  from: RowSource,
  settings: IngestSettings,
): Promise<IntakeReport> {
  const { workspace, store, progress, now, actor, signal } = site;
  requireNames(settings.labelNames);
  const {
    source = from.format === 'jsonl' ? 'rows' : 'file',
    domain,
    task,
    labelNames,
    where = [],
    maxRejected,
    relabel,
    format,
    delimiter,
    encoding,
  } = settings;
  const declaration = await readDeclaration(workspace, adapter);
  const { multiLabel = false } = taskNamed(declaration, task);
  const fields = fieldsOf(settings, multiLabel ? 'labels' : 'label');
  if (domain === undefined && fields.domain === undefined)
    throw new EspalierError('USAGE', 'no domain was named', {
      hint: 'Say where the data comes from with `domain`, or with `domainField`.',
      parameters: ['domain', 'domainField'],
    });
  progress.begin('ingest');
  const columns = Object.values(fields).filter((column) => column !== undefined);
  const inputs = await openInputs(from.inputs, from.stdin, {
    format: from.format ?? format,
    delimiter,
    encoding,
    columns,
  });
  try {
    const report = await takeExamples(workspace, store, {
      ...{
        declaration,
        task,
        domain,
        source,
        fields,
        labelNames,
        where,
        maxRejected,
        relabel,
        now,
        actor,
        signal,
        wording: site.wording,
      },
      files: inputs.files,
      progress: (done, total) => progress.advance(done, total, 'bytes'),
      onIndexed: (done, total) => progress.advance(done, total, 'earlier texts'),
      openTokeniser: () => site.openTokeniser(declaration),
    });
    const names = from.inputs.map(({ path, name }) => clip(path === '-' ? name : basename(path), 40)).join(', ');
    progress.end(`${report.accepted} new examples from ${names}`);
    return report;
  } finally {
    await inputs.close();
  }
}

/** @throws USAGE */
function requireNames(names: readonly string[] | undefined): void {
  if (names === undefined) return;
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (names.length > 0 && twice === undefined && names.every((name) => typeof name === 'string')) return;
  const what =
    twice !== undefined ? `hold \`${twice}\` twice` : names.length === 0 ? 'hold no name' : 'hold what is no text';
  throw new EspalierError('USAGE', `the \`labelNames\` ${what}`, {
    hint: 'Give one name for each integer, the first for 0.',
    parameters: ['labelNames'],
  });
}
