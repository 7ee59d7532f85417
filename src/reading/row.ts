/** A row of an input, whatever its format. */
export interface Row {
  readonly file: string;
  /** From 1; of a format without lines the number of the row. */
  readonly line: number;
  /** Its place in an array, from 1: several elements may stand in one line. */
  readonly element?: number;
  /** What was read, or why it could not be. */
  readonly content: { readonly fields: Readonly<Record<string, unknown>> } | { readonly unreadable: string };
  /** The row as it stood, cut where it is too long to keep. */
  readonly raw: string;
  readonly bytes: number;
  /** Where several annotators answered and were not of one mind. */
  readonly agreement?: Agreement;
}

/** How many annotators answered, and how many of them gave the answer that was taken. */
export interface Agreement {
  readonly annotators: number;
  readonly agreed: number;
}

/** `domain`, `source` and `time` are read from the data only where a field is named for them. */
export type FieldNames = Readonly<
  Record<'text' | 'label', string> & Partial<Record<'domain' | 'source' | 'time', string | undefined>>
>;

/** A longer line is rejected without being held in memory. */
export const maxLineBytes = 256 * 1024;

/** By what they are for: the columns that a header must have. */
export type Columns = Readonly<Record<string, string | undefined>>;
