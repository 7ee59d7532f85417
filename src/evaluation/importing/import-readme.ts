/** The README of an imported suite: the source of its cases, and how they were selected. */
import { printable } from '../../core/text.js';
import { importingOf, optionalRolesOf } from './import-kinds.js';
import type { ImportReport, ImportRequest } from './import-request.js';
import { columnOf } from './import-row.js';

interface Made extends ImportReport {
  /** Hash of the file that was read. */
  readonly sha256: string;
  readonly chance: number;
}

export function describeImport(
  { name, kind, columns, seed, shots, file, licence, date }: ImportRequest,
  made: Made,
): string {
  const { isDrawn, columns: needed, unasked = 'shown' } = importingOf(kind);
  const from = [...needed, ...optionalRolesOf(kind).filter((role) => columnOf(columns, role) !== undefined)]
    .map((role) => `${role} from \`${plain(columnOf(columns, role) ?? role)}\``)
    .join(', ');
  const drawn = isDrawn ? `${shots} a label, drawn with seed ${seed}; ` : '';
  const split = made.shown > 0 ? ` ${made.shown} are ${unasked}, ${drawn}the others are asked.` : '';
  return `# ${name}

${made.cases} cases of kind ${kind}, imported on ${date}.${split} Chance is ${Number(made.chance.toFixed(4))}.

## Provenance and licence

From \`${plain(file.name)}\`, SHA-256 ${made.sha256}: ${from}. Skipped as duplicates: ${made.duplicates}; rejected: ${made.rejected}.
The id of a case names its line in that file. Licence: ${plain(licence)}.

## Versions

- 1 (${date}): imported.
`;
}

/** Makes a value safe within a line of Markdown and within backticks. */
const plain = (text: string) => printable(text).replaceAll('`', "'");
