/** A file of rows that has been opened: where it is, what it is called, and which format it has. */
export interface InputFile {
  /** Can be read more than once; a text format is in UTF-8. */
  readonly path: string;
  /** The name it goes by in messages ("standard input"). */
  readonly name: string;
  readonly format: FormatName;
  /** CSV: the character between its cells; a comma without it. */
  readonly delimiter?: string | undefined;
}

/** `json`: one array of objects, or objects that each take several lines. */
export type FormatName = 'jsonl' | 'json' | 'csv' | 'label-studio' | 'argilla' | 'rasa' | 'parquet';
