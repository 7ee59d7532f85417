/** Rows of a file as cases of a suite. A row that cannot be one is handed back with its field and the reason. */
import { normaliseText } from '../core/text.js';
import type { FieldNames, Row } from '../replay/rows.js';
import { maxNameLength, maxTextLength, readTextField } from '../replay/text-field.js';

/** Which column holds what. */
export interface ImportColumns extends Readonly<FieldNames> {
  readonly a: string;
  readonly b: string;
  readonly score: string;
  /** Undefined: the cases have no groups. */
  readonly group: string | undefined;
}

/** A case before it has a split. */
export interface ImportedCase {
  readonly id: string;
  readonly group?: string;
  readonly text?: string;
  readonly label?: string;
  readonly a?: string;
  readonly b?: string;
  readonly score?: number;
}

export interface Refusal {
  readonly field: string | undefined;
  readonly reason: string;
}

/** Thrown by the readers of this file, caught in it. */
class RowRefused extends Error {
  constructor(
    readonly field: string,
    readonly reason: string,
  ) {
    super(reason);
  }
}

type Fields = Readonly<Record<string, unknown>>;
type RowReader = (fields: Fields, columns: ImportColumns) => Omit<ImportedCase, 'id' | 'group'>;

const labelled: RowReader = (fields, { text, label }) => ({
  text: textIn(fields, text, maxTextLength),
  label: textIn(fields, label, maxNameLength),
});

/** Kinds that are made of one row a case -> how one is read. */
export const importableKinds = {
  classification: { read: labelled, columns: ['text', 'label'], isSplit: false },
  probe: { read: labelled, columns: ['text', 'label'], isSplit: true },
  knn: { read: labelled, columns: ['text', 'label'], isSplit: true },
  calibration: { read: labelled, columns: ['text', 'label'], isSplit: true },
  clustering: { read: labelled, columns: ['text', 'label'], isSplit: false },
  sts: {
    read: (fields, { a, b, score }) => ({ ...pairIn(fields, a, b), score: numberIn(fields, score) }),
    columns: ['a', 'b', 'score'],
    isSplit: false,
  },
  'pair-classification': {
    read: (fields, { a, b, label }) => ({ ...pairIn(fields, a, b), label: samenessIn(fields, label) }),
    columns: ['a', 'b', 'label'],
    isSplit: false,
  },
} as const satisfies Record<
  string,
  {
    read: RowReader;
    columns: readonly (keyof Omit<ImportColumns, 'group'>)[] /** Some cases are shown, the others asked. */;
    isSplit: boolean;
  }
>;

export type ImportableKind = keyof typeof importableKinds;

/** @param row the id of its case names its line */
export function caseOfRow(row: Row, kind: ImportableKind, columns: ImportColumns): ImportedCase | Refusal {
  if ('unreadable' in row.content) return { field: undefined, reason: row.content.unreadable };
  const { fields } = row.content;
  try {
    const group = columns.group === undefined ? {} : { group: textIn(fields, columns.group, maxNameLength) };
    return { id: `line-${row.line}`, ...importableKinds[kind].read(fields, columns), ...group };
  } catch (thrown) {
    if (!(thrown instanceof RowRefused)) throw thrown;
    return { field: thrown.field, reason: thrown.reason };
  }
}

/** What is asked, and what is expected: of two cases with one question the second is a duplicate or a contradiction. */
export function questionOf({ text, a, b }: ImportedCase): string {
  return text ?? JSON.stringify([a!, b!].sort());
}

export const answerOf = ({ label, score }: ImportedCase): string => label ?? String(score);

function textIn(fields: Fields, field: string, maxLength: number): string {
  const read = readTextField(fields, field, maxLength);
  if ('reason' in read) throw new RowRefused(field, read.reason);
  return read.value;
}

function pairIn(fields: Fields, a: string, b: string): { a: string; b: string } {
  return { a: textIn(fields, a, maxTextLength), b: textIn(fields, b, maxTextLength) };
}

function numberIn(fields: Fields, field: string): number {
  const written = textIn(fields, field, maxNameLength);
  const value = Number(written);
  if (!Number.isFinite(value)) throw new RowRefused(field, `\`${written}\` is not a number`);
  return value;
}

const sameness: Readonly<Record<string, 'same' | 'different'>> = { same: 'same', different: 'different', '1': 'same', '0': 'different' };

function samenessIn(fields: Fields, field: string): 'same' | 'different' {
  const written = normaliseText(textIn(fields, field, maxNameLength)).toLowerCase();
  const value = Object.hasOwn(sameness, written) ? sameness[written] : undefined;
  if (value === undefined) throw new RowRefused(field, `\`${written}\` is none of same, different, 1, 0`);
  return value;
}
