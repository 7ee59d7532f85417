/**
 * The kind of each error, for programs that answer other programs: a server replies 400 to usage, 404 to missing, 409
 * to conflict.
 */

export const codesByKind = {
  /** The call or its input is invalid. */
  usage: [
    'USAGE',
    'TERMINAL_NEEDED',
    'TEXT_INVALID',
    'INPUT_EMPTY',
    'INPUT_BINARY',
    'INPUT_ENCODING',
    'INPUT_FORMAT',
    'INPUT_REJECTED',
    'NOTHING_TAKEN',
    'TOO_MANY_REJECTED',
    'CSV_COLUMN_MISSING',
    'TASK_MISSING',
    'LABEL_INVALID',
    'CERTIFICATE_INVALID',
    'STRATEGY_UNKNOWN',
    'HEAD_UNKNOWN',
    'POLICY_UNKNOWN',
    'SQL_INVALID',
    'SQL_WRITES',
  ],
  /** A rule refuses a well-formed call. */
  refused: [
    'NOTHING_TO_LEARN',
    'BUFFER_PINNED',
    'SNAPSHOT_TOO_LARGE',
    'ERASURE_INCOMPLETE',
    'NOTHING_TO_COMPARE',
    'TOO_FEW_CLASSES',
    'TRAINING_DIVERGED',
    'EXPORT_IMPOSSIBLE',
    'LABELS_UNKNOWN',
    'NO_GATE_POLICY',
    'CANDIDATE_REFUSED',
    'NOT_VERIFIABLE',
    'VERDICT_DIFFERS',
    'SCHEDULE_FAILED',
    'SQL_TOO_SLOW',
  ],
  /** A named thing does not exist. */
  missing: [
    'NOT_A_WORKSPACE',
    'FILE_NOT_FOUND',
    'ADAPTER_NOT_FOUND',
    'TASK_UNKNOWN',
    'ENCODER_NOT_FOUND',
    'SUITE_NOT_FOUND',
    'CANDIDATE_NOT_FOUND',
    'NO_CHAMPION',
    'VERSION_NOT_FOUND',
    'VERSION_PRUNED',
    'NO_EARLIER_VERSION',
    'EXAMPLE_NOT_FOUND',
    'ERASURE_NOT_FOUND',
    'LABEL_NOT_FOUND',
    'EDIT_NOT_FOUND',
    'RUN_NOT_FOUND',
    'SNAPSHOT_NOT_FOUND',
    'UNKNOWN_TEXT_NOT_FOUND',
    'SCHEDULE_EMPTY',
  ],
  /** A named thing exists, but in another state. */
  conflict: [
    'ENCODER_MISMATCH',
    'LABEL_EXISTS',
    'EDIT_UNDONE',
    'ERASURE_DONE',
    'EDIT_OVERTAKEN',
    'FILE_EXISTS',
    'SUITE_EXISTS',
    'STORE_NOT_EMPTY',
    'VERSION_EXISTS',
    'CANDIDATE_DECIDED',
    'BUFFER_CHANGED',
    'CANDIDATE_STALE',
    'DECISION_BACKDATED',
    'LEASE_LOST',
  ],
  /** Another process is using it; the same call may succeed later. */
  busy: ['STORE_BUSY', 'UPDATE_RUNNING'],
  /** A declaration or stored data is inconsistent. */
  invalid: [
    'CONFIG_INVALID',
    'DATABASE_INVALID',
    'EXTENSION_FAILED',
    'DECLARATION_INVALID',
    'VECTOR_INVALID',
    'TEXT_UNREADABLE',
    'STATE_MISMATCH',
    'ENCODER_INVALID',
    'ENCODER_INPUT_MISSING',
    'ENCODER_OUTPUT_MISSING',
    'ADAPTER_INVALID',
    'STORE_CORRUPT',
    'STORE_NEWER',
    'STORE_OUTDATED',
    'SUITE_INVALID',
    'BACKUP_INVALID',
    'WORKSPACE_DAMAGED',
    'DATA_FOLDER_INVALID',
  ],
  /** The disk, the network or the system fails. */
  system: [
    'FILE_UNREADABLE',
    'DISK_READ_ONLY',
    'DISK_FULL',
    'DISK_FAILED',
    'TOO_MANY_FILES',
    'CACHE_UNKNOWN',
    'NODE_TOO_OLD',
    'ENCODER_HUB_UNREACHABLE',
    'STORE_GONE',
    'STORE_UNREACHABLE',
    'STORE_DENIED',
  ],
  /** The caller stopped it. */
  stopped: ['INTERRUPTED'],
  /** Espalier itself is at fault. */
  defect: ['DEFECT', 'PAST_TRANSACTION'],
} as const;

export type ErrorKind = keyof typeof codesByKind;

export type KnownCode = (typeof codesByKind)[ErrorKind][number];

const kinds = new Map<string, ErrorKind>(
  Object.entries(codesByKind).flatMap(([kind, codes]) => codes.map((code) => [code, kind as ErrorKind] as const)),
);

export const kindOfCode = (code: KnownCode): ErrorKind => kinds.get(code)!;
