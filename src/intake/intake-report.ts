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
  /**
   * Why labels are mended: a row whose text is there with another label gives it its own, instead of being rejected.
   * Without it such rows are rejected.
   */
  readonly relabel?: string | undefined;
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
  /** Hears of earlier examples that are indexed first, because they arrived before `nearDuplicates` was declared. */
  readonly onIndexed?: ((done: number, total: number) => void) | undefined;
  /** Called with every example that is accepted, in their order. */
  readonly onAccepted?: ((example: Pick<NewExample, 'hash' | 'text'>) => void) | undefined;
}

export interface FieldValue {
  readonly field: string;
  readonly value: string;
}

/** So many rows, or such a share of the rows that the filters leave. */
export type RejectedLimit = { readonly rows: number } | { readonly share: number };

/** A row whose text resembles that of an earlier example. */
export interface NearPair {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly label: string;
  /** Jaccard similarity, from the declared threshold to 1. */
  readonly similarity: number;
  /** The earlier example; its id is null where it came earlier in the same input. */
  readonly near: { readonly id: number | null; readonly text: string; readonly label: string };
}

/** Rows whose texts resemble that of an earlier example. */
export interface NearReport {
  /** Rows with the label of that example that were skipped. The rejects file names them; they are not among the rejected. */
  skipped: number;
  /** Rows that were stored and linked to that example; they are among the accepted. */
  linked: number;
  /** Rows with another label than that example: among the rejected where rows are skipped, otherwise among the linked. */
  contradictions: number;
  /** The first few of all of these. */
  pairs: NearPair[];
}

export interface IntakeReport {
  accepted: number;
  heldOut: number;
  /** Rows whose text is there already with the same label. */
  duplicates: number;
  /** Duplicates in other letters: case, width, white space, invisible characters or final punctuation. */
  twins: number;
  /** Rows whose text is there already with another label; they are among the rejected. */
  contradictions: number;
  /** Null where adapter.yaml does not declare `intake.nearDuplicates`. */
  nearDuplicates: NearReport | null;
  /** Examples that were there already and have the label of a row now. */
  relabelled: number;
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

export function newIntakeReport({ intake }: Pick<AdapterDeclaration, 'intake'>): IntakeReport {
  return {
    accepted: 0,
    heldOut: 0,
    duplicates: 0,
    twins: 0,
    contradictions: 0,
    relabelled: 0,
    nearDuplicates: intake?.nearDuplicates ? { skipped: 0, linked: 0, contradictions: 0, pairs: [] } : null,
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
