/** The README of an imported suite: where its cases come from, and how they were chosen. */
import { printable } from '../core/text.js';
import type { ImportReport, ImportRequest } from './import-request.js';
import { importableKinds } from './import-rows.js';

interface Made extends ImportReport {
  /** Of the file that was read. */
  readonly sha256: string;
  readonly chance: number;
}

export function describeImport({ name, kind, columns, shots, seed, file, licence, date }: ImportRequest, made: Made): string {
  const { isSplit, columns: roles } = importableKinds[kind];
  const group = columns.group === undefined ? [] : [`group from \`${plain(columns.group)}\``];
  const from = [...roles.map((role) => `${role} from \`${plain(columns[role])}\``), ...group].join(', ');
  const split = isSplit ? ` ${made.shown} are shown, ${shots} a label, drawn with seed ${seed}; the others are asked.` : '';
  return `# ${name}

${made.cases} cases of kind ${kind}, imported on ${date}.${split} Chance is ${Number(made.chance.toFixed(4))}.

## Provenance and licence

From \`${plain(file.name)}\`, SHA-256 ${made.sha256}: ${from}. Skipped as duplicates: ${made.duplicates}; rejected: ${made.rejected}.
The id of a case names its line in that file. Licence: ${plain(licence)}.

## Versions

- 1 (${date}): imported.
`;
}

/** Within a line of Markdown, and within backticks. */
const plain = (text: string) => printable(text).replaceAll('`', "'");
