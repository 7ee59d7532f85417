/** A row of an imported file, and how a kind of suite turns rows into cases. */

/** Column names by role, as set by options. Undefined if there is no such column. */
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

/**
 * The column of a role; undefined if there is none. A role without an option is read from the column of the same name.
 */
export function columnOf(columns: ImportColumns, role: Role): string | undefined {
  return Object.hasOwn(columns, role) ? columns[role as keyof ImportColumns] : role;
}

/** The role of a column: one that an option names, or one that a kind reads by its own name. */
export type Role = string;

/** A row's answer to a question. A second row with the same question repeats the first or contradicts it. */
export interface Claim {
  readonly question: string;
  readonly answer: string;
}

/** Fields of a case that a row provides, as its kind defines them. */
export type RowContent = Readonly<Record<string, unknown>>;

export interface ImportedRow {
  /** Id of the case, which names the row's line or its position in an array. */
  readonly id: string;
  readonly content: RowContent;
  /** `group` and `cluster` of the case, if the row has them. */
  readonly slices: { readonly group?: string; readonly cluster?: string };
  /** The first claim identifies the row's subject: a row that repeats it is a duplicate. */
  readonly claims: readonly Claim[];
  /** Label within which the shown rows are drawn. Undefined if the row takes no part in the draw. */
  readonly drawnFrom?: string | undefined;
}

/** Reads a row by the roles of its columns. */
export interface RowReader {
  /** @param longest in characters; by default the limit of a text */
  text(role: Role, longest?: number): string;
  name(role: Role): string;
  /** Undefined if the cell is empty or there is no such column. */
  nameIfAny(role: Role): string | undefined;
  number(role: Role): number;
  /** A set of labels, parsed as on intake. */
  labels(role: Role): string[];
  /** Whether a column for that role was named. */
  has(role: Role): boolean;
  refuse(role: Role, reason: string): never;
}

/** The part of a row that its kind reads. */
export type RowReading = Pick<ImportedRow, 'content' | 'claims' | 'drawnFrom'>;

/** A case as written to cases.jsonl. */
export type ImportedCase = { readonly id: string } & Readonly<Record<string, unknown>>;

/** How a kind of suite makes cases from rows. */
export interface ImportKind {
  /** Columns that every row of such a suite must have. */
  readonly columns: readonly Role[];
  /** Columns that a row may have in addition; by default `group` and `cluster`. */
  readonly optional?: readonly Role[];
  /** Columns in which a row may leave its cell empty. */
  readonly mayLack: readonly Role[];
  /** Whether some rows of each label are drawn to be shown and the others are scored. */
  readonly isDrawn: boolean;
  /** The default name of the column of labels; by default `label`. */
  readonly labelColumn?: string;
  /** Noun for the cases that are not scored; by default `shown`. */
  readonly unasked?: string;
  /** @param outLabel out-of-scope: the label of rows that are out of scope */
  read(row: RowReader, outLabel: string): RowReading;
  /** @param rows without duplicates and contradictions, in the order of the file */
  cases(rows: readonly ImportedRow[]): ImportedCase[];
}
