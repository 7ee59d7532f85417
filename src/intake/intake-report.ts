/** What an intake is asked, and what it tells. */
import type { Wording } from '../core/wording.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import type { Coverage } from '../encoder/coverage.js';
import type { InputFile } from '../reading/input-file.js';
import type { FieldNames } from '../reading/row.js';
import type { Principal } from '../store/audit.js';
import type { NewExample } from '../store/examples.js';
import type { NewLabel } from './label-book.js';
import type { RedactedKind } from './redact.js';

export interface IntakeRequest {
  readonly declaration: AdapterDeclaration;
  /** The task that the labels are of; an adapter of one task needs none. */
  readonly task?: string | undefined;
  readonly files: readonly InputFile[];
  /** For rows that name no domain in the field that is named for it; without it such a row is rejected. */
  readonly domain?: string | undefined;
  /** For rows that name no source in the field that is named for it. */
  readonly source: string;
  /** Of a multi-label task `label` names the field of the set. */
  readonly fields: FieldNames;
  /** The labels that integers stand for, by their number. */
  readonly labelNames?: readonly string[] | undefined;
  /** Rows that lack one of these values are passed over. */
  readonly where?: readonly FieldValue[];
  /** With more rejected rows than this nothing is stored. */
  readonly maxRejected?: RejectedLimit | undefined;
  /** Texts of eval suites by sameTextHash -> the suite's name. */
  readonly evalTexts: ReadonlyMap<string, string>;
  readonly rejectsFile: string;
  readonly now: Date;
  readonly actor: Principal;
  readonly signal: AbortSignal;
  /** Of the parameters that reasons name. */
  readonly wording?: Wording | undefined;
  readonly progress: (bytes: number, totalBytes: number) => void;
  /** Called with every example that is accepted, in their order. */
  readonly onAccepted?: ((example: Pick<NewExample, 'hash' | 'text'>) => void) | undefined;
}

export interface FieldValue {
  readonly field: string;
  readonly value: string;
}

/** So many rows, or such a share of the rows that the filters leave. */
export type RejectedLimit = { readonly rows: number } | { readonly share: number };

export interface IntakeReport {
  accepted: number;
  heldOut: number;
  /** Rows whose text is there already with the same label. */
  duplicates: number;
  /** Duplicates in other letters: case, width, white space, invisible characters or final punctuation. */
  twins: number;
  /** Rows whose text is there already with another label; they are among the rejected. */
  contradictions: number;
  /** Rows whose text occurs in an eval suite; they are among the rejected. */
  leaked: number;
  /** Rows that the filters left out; they are not among the rejected. */
  filtered: number;
  rejected: number;
  /** Texts and labels of which invisible or control characters were removed. */
  cleanedTexts: number;
  cleanedLabels: number;
  /** Kind of personal data -> how often it was replaced, in rejected rows too. */
  redacted: Readonly<Partial<Record<RedactedKind, number>>>;
  /** Labels that no example of the task had before. */
  newLabels: NewLabel[];
  /** Fields of the rows that nothing was read from. */
  notRead: string[];
  /** Sentences about what is probably a mistake. */
  warnings: string[];
  rejectsFile: string | undefined;
  /**
   * Of the accepted texts; null where none was accepted, and where the encoder's tokenizer is not there or cannot be
   * loaded.
   */
  coverage: Coverage | null;
}

export function newIntakeReport(): IntakeReport {
  return {
    accepted: 0,
    heldOut: 0,
    duplicates: 0,
    twins: 0,
    contradictions: 0,
    leaked: 0,
    filtered: 0,
    rejected: 0,
    cleanedTexts: 0,
    cleanedLabels: 0,
    redacted: {},
    newLabels: [],
    notRead: [],
    warnings: [],
    rejectsFile: undefined,
    coverage: null,
  };
}
