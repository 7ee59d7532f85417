/** A row of a file that a suite is made of, and how a kind of suite makes its cases of rows. */

/** Which column holds what, as options name them. Undefined: there is none. */
export interface ImportColumns {
  readonly text: string;
  readonly label: string;
  readonly a: string;
  readonly b: string;
  readonly score: string;
  readonly perturbed: string;
  readonly other: string;
  readonly otherLabel: string;
  readonly query: string;
  readonly document: string;
  readonly relevance: string | undefined;
  readonly group: string | undefined;
  readonly cluster: string | undefined;
}

/** The column of a role; undefined where there is none. A role without an option is a column of its own name. */
export function columnOf(columns: ImportColumns, role: Role): string | undefined {
  return Object.hasOwn(columns, role) ? columns[role as keyof ImportColumns] : role;
}

/** What a column is for: one that an option names, or one that a kind reads by its own name. */
export type Role = string;

/** A row's answer to a question. A second row with the same question repeats the first or contradicts it. */
export interface Claim {
  readonly question: string;
  readonly answer: string;
}

/** Fields of a case that a row gives, by its kind. */
export type RowContent = Readonly<Record<string, unknown>>;

export interface ImportedRow {
  /** Names its line, or its place in an array. */
  readonly id: string;
  readonly content: RowContent;
  /** `group` and `cluster` of its case, where it has them. */
  readonly slices: { readonly group?: string; readonly cluster?: string };
  /** The first says what the row is of: a row that repeats it is a duplicate. */
  readonly claims: readonly Claim[];
  /** Rows of one label among which the shown ones are drawn. Undefined: it is not drawn from. */
  readonly drawnFrom?: string | undefined;
}

/** A row, read by what its columns are for. */
export interface RowReader {
  /** @param longest in characters; default: that of a text */
  text(role: Role, longest?: number): string;
  name(role: Role): string;
  /** Undefined where the cell is empty or there is no such column. */
  nameIfAny(role: Role): string | undefined;
  number(role: Role): number;
  /** A set of labels, as intake reads it. */
  labels(role: Role): string[];
  /** The column of that role was named. */
  has(role: Role): boolean;
  refuse(role: Role, reason: string): never;
}

/** What a kind reads out of a row. */
export type RowReading = Pick<ImportedRow, 'content' | 'claims' | 'drawnFrom'>;

/** As it stands in cases.jsonl. */
export type ImportedCase = { readonly id: string } & Readonly<Record<string, unknown>>;

/** How a kind of suite is made of rows. */
export interface ImportKind {
  /** A row of every such suite has them. */
  readonly columns: readonly Role[];
  /** Columns that a row may have besides; without it `group` and `cluster`. */
  readonly optional?: readonly Role[];
  /** Columns that a row may leave empty where they are named. */
  readonly mayLack: readonly Role[];
  /** So many rows of each label are drawn and shown, the others asked. */
  readonly isDrawn: boolean;
  /** The column of labels where nobody names it; without it `label`. */
  readonly labelColumn?: string;
  /** The cases that are not asked, in words; without it they are `shown`. */
  readonly unasked?: string;
  /** @param outLabel out-of-scope: what rows out of scope have for a label */
  read(row: RowReader, outLabel: string): RowReading;
  /** @param rows without duplicates and contradictions, in the order of the file */
  cases(rows: readonly ImportedRow[]): ImportedCase[];
}
