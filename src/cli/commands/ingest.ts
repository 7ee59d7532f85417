import type { Command } from 'commander';
import { EspalierError } from '../../core/errors.js';
import type { FieldValue, RejectedLimit } from '../../intake/intake-report.js';
import type { FieldMap } from '../../library/field-roles.js';
import { ingestFrom } from '../../library/ingest.js';
import { gatherMap, readLabelNames } from '../field-options.js';
import { type GlobalOptions, inSession, newCommand, type Session, type Surroundings } from '../session.js';
import { describeIntake, lastWord } from '../terminal/intake.js';

interface IngestOptions extends GlobalOptions {
  readonly adapter: string;
  readonly domain?: string;
  readonly domainField?: string;
  readonly task?: string;
  readonly source: string;
  readonly sourceField?: string;
  readonly format?: string;
  readonly delimiter?: string;
  readonly encoding?: string;
  readonly map?: FieldMap;
  readonly textField?: string;
  readonly labelField?: string;
  readonly labelNames?: string;
  readonly timeField?: string;
  readonly where: readonly FieldValue[];
  readonly maxRejected?: RejectedLimit;
  readonly relabel?: string;
}

export function ingestCommand(surroundings: Surroundings): Command {
  return newCommand('ingest', 'take labelled examples into the store')
    .argument('<file...>', 'JSON, CSV, Parquet, or an export of Label Studio, Argilla or Rasa; - for standard input')
    .requiredOption('--adapter <name>', 'the adapter they are for')
    .option('--domain <name>', 'where this slice of data comes from ("banking", "2026-W47")')
    .option('--domain-field <name>', 'the field that says so row by row; --domain is for rows without it')
    .option('--task <name>', 'the task that the labels are of; default: the only one there is')
    .option('--source <name>', 'recorded with every row', 'file')
    .option('--source-field <name>', 'the field that says so row by row; --source is for rows without it')
    .option(
      '--map <role=field,...>',
      'where each part is: text, label, domain, source, time; nested fields with dots',
      gatherMap,
    )
    .option('--text-field <name>', 'where the text is; default: text')
    .option('--label-field <name>', 'where the label is; default: label, and labels in a multi-label task')
    .option('--label-names <names>', 'the labels that integers stand for, from 0 on: a,b,c, or a file with one a line')
    .option('--time-field <name>', 'when each was received: ISO 8601, or seconds or milliseconds since 1970')
    .option('--where <field=value>', 'take only rows of which this holds; may be repeated', gatherFilters, [])
    .option(
      '--relabel <reason>',
      'a row whose text is there with another label mends it; why, kept for ever; default: such a row is rejected',
    )
    .option(
      '--max-rejected <n>',
      'store nothing if more rows than that are rejected: a number, or a share such as 5%',
      rejectedLimit,
    )
    .option(
      '--format <format>',
      'jsonl, json (an array), csv, label-studio, argilla, rasa or parquet; default: by the beginning of the file, then by its name',
    )
    .option('--delimiter <name>', 'of CSV: comma, semicolon, tab or bar; default: by the header')
    .option('--encoding <name>', 'such as windows-1252; default: by the byte order mark, else UTF-8')
    .action((files: string[], options: IngestOptions) =>
      inSession(options, surroundings, (session) => ingestFiles(session, files, options, surroundings.stdin)),
    );
}

async function ingestFiles(
  session: Session,
  names: readonly string[],
  options: IngestOptions,
  stdin: NodeJS.ReadStream,
): Promise<void> {
  const { output } = session;
  const inputs = names.map((path) => ({ path, name: path === '-' ? 'standard input' : path }));
  const labelNames = options.labelNames === undefined ? undefined : await readLabelNames(options.labelNames);
  const report = await ingestFrom(session, options.adapter, { inputs, stdin }, { ...options, labelNames });
  output.result(report, () => describeIntake(report));
  const last = lastWord(report);
  if (last !== undefined) output.note(output.colours.bold(output.colours.red(last)));
}

function gatherFilters(written: string, before: readonly FieldValue[]): FieldValue[] {
  const at = written.indexOf('=');
  if (at < 1)
    throw new EspalierError('USAGE', `--where ${written} is not a field and its value`, {
      hint: 'Write --where answer=accept.',
    });
  return [...before, { field: written.slice(0, at), value: written.slice(at + 1) }];
}

function rejectedLimit(written: string): RejectedLimit {
  const [, number, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(written) ?? [];
  if (number !== undefined && percent === '%' && Number(number) <= 100) return { share: Number(number) / 100 };
  if (number !== undefined && percent === '' && /^\d+$/.test(number)) return { rows: Number(number) };
  throw new EspalierError('USAGE', `--max-rejected ${written} is neither a number of rows nor a share`, {
    hint: 'Write 20, or 5%.',
  });
}
