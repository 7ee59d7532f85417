/** What a suite is made of, and what became of it. */
import type { Wording } from '../../core/wording.js';
import type { InputFile } from '../../reading/input-file.js';
import type { KindName } from '../kinds.js';
import type { ImportColumns } from './import-row.js';

export interface ImportRequest {
  readonly file: InputFile;
  readonly name: string;
  readonly kind: KindName;
  readonly columns: ImportColumns;
  /** out-of-scope: what rows out of scope have for a label. */
  readonly outLabel: string;
  /** Training cases a class, where the kind draws some. */
  readonly shots: number;
  /** Of the split. */
  readonly seed: number;
  readonly task: string | undefined;
  readonly capability: string | undefined;
  readonly licence: string;
  /** Where the suite goes: the first; and where suites are known by their names: all. */
  readonly suiteFolders: readonly string[];
  readonly rejectsFile: string;
  /** The day it is made, "2026-11-24". */
  readonly date: string;
  /** Of the parameters that reasons name. */
  readonly wording?: Wording | undefined;
}

export interface ImportReport {
  readonly suite: string;
  readonly folder: string;
  readonly cases: number;
  /** Of the cases, those that are shown and not asked: documents, too. */
  readonly shown: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly rejectsFile: string | undefined;
}
