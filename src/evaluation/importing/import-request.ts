/** The request to import a suite, and the report of the import. */
import type { Wording } from '../../core/wording.js';
import type { InputFile } from '../../reading/input-file.js';
import type { KindName } from '../kinds.js';
import type { ImportColumns } from './import-row.js';

export interface ImportRequest {
  readonly file: InputFile;
  readonly name: string;
  readonly kind: KindName;
  readonly columns: ImportColumns;
  /** out-of-scope: the label of rows that are out of scope. */
  readonly outLabel: string;
  /** Number of training cases per class, if the kind draws them. */
  readonly shots: number;
  /** Seed of the split. */
  readonly seed: number;
  readonly task: string | undefined;
  readonly capability: string | undefined;
  readonly licence: string;
  /** Folders of suites: the new suite goes into the first; its name must be new in all of them. */
  readonly suiteFolders: readonly string[];
  readonly rejectsFile: string;
  /** Date of the import, such as "2026-11-24". */
  readonly date: string;
  /** Wording of the parameters that error messages mention. */
  readonly wording?: Wording | undefined;
}

export interface ImportReport {
  readonly suite: string;
  readonly folder: string;
  readonly cases: number;
  /** Number of cases that are shown and not scored, documents included. */
  readonly shown: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly rejectsFile: string | undefined;
}
