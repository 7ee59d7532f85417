/** The catalogue of every error a user can meet; a test compares `docs/errors.md` with this file. */

import type { KnownCode } from './error-kinds.js';
import { errorsOfDecisions } from './errors-of-decisions.js';
import { errorsOfExamples } from './errors-of-examples.js';

/** Parameters are in backticks under their library names; the third element lists them. */
export type CatalogueEntry = readonly [meaning: string, remedy: string, parameters?: readonly string[]];

/** Code -> [meaning, remedy if the code that throws gives none]. */
export const catalogue = {
  USAGE: [
    'Unknown argument or option, or a value that it cannot have.',
    'Read what it takes in docs/commands.md or docs/library.md.',
  ],
  DEFECT: [
    'Espalier itself is at fault; the stack on standard error says where.',
    'Please report it with the stack, and the command that was run.',
  ],
  INTERRUPTED: [
    'The work was stopped before it ended; nothing half-written remains.',
    'Run the same command again: it goes on at its stage.',
  ],
  NOT_A_WORKSPACE: [
    'No folder here or above holds adapters/ and replay-store/.',
    'Make one with `espalier init DIR`, or name one with `workspace`.',
    ['workspace'],
  ],
  FILE_NOT_FOUND: ['A file or folder that was named does not exist.', 'Check the path.'],
  FILE_UNREADABLE: ['A file exists but cannot be read.', 'Check its permissions.'],
  DISK_READ_ONLY: [
    'The disk or folder refuses writing.',
    'Make it writable, or use another `workspace`.',
    ['workspace'],
  ],
  DISK_FULL: ['The disk is full; the write was undone.', 'Free some space and run the command again.'],
  TEXT_INVALID: ['The text that was asked is empty, too long, or not text.', 'Ask a text of 1 to 20000 characters.'],
  DISK_FAILED: [
    'The disk, or the connection to it, reported an error; the write was undone.',
    'Check the disk and its mount, then run the command again: nothing half-written remains.',
  ],
  TOO_MANY_FILES: [
    'The system gives this process no more files to open.',
    'Raise the limit with `ulimit -n 4096`, or end other programs; then run the command again.',
  ],
  CACHE_UNKNOWN: [
    'An encoder needs a folder for converted models, and there is no home folder to keep it in.',
    'Set ESPALIER_CACHE to a folder that can be written.',
  ],
  NODE_TOO_OLD: [
    'The running Node.js is older than the store needs.',
    'Install Node.js 22.14 or later. The `espalier` command, `npm test` and the other npm scripts find one by themselves.',
  ],
  INPUT_EMPTY: ['The input holds no rows at all.', 'Check that the right file was named.'],
  INPUT_BINARY: ['The input is not text.', 'Export it as JSON lines, a JSON array, CSV or Parquet.'],
  INPUT_ENCODING: [
    'The input is not valid in its encoding, which is UTF-8 unless a byte order mark or `encoding` says otherwise.',
    'Say its `encoding`, such as windows-1252 for a file of Excel.',
    ['encoding'],
  ],
  INPUT_FORMAT: [
    'The input is in a format that is not understood.',
    'Pass JSON lines, a JSON array, CSV with a header or Parquet; docs/commands.md names the other formats, and shows how files of other tools become that.',
  ],
  INPUT_REJECTED: [
    'Rows were rejected, and none was taken; nothing was stored.',
    'Read the rejects file: it names line, field and reason of each row.',
  ],
  NOTHING_TAKEN: [
    'The filters of `where` leave no row of the input.',
    'Compare them with the fields of a row.',
    ['where'],
  ],
  TOO_MANY_REJECTED: [
    'More rows were rejected than `maxRejected` allows; nothing was stored.',
    'Read the rejects file, mend the rows, or raise `maxRejected`.',
    ['maxRejected'],
  ],
  CSV_COLUMN_MISSING: [
    'The CSV header lacks a column that is needed.',
    'Name the columns with `textField` and `labelField`.',
    ['textField', 'labelField'],
  ],
  CONFIG_INVALID: [
    'espalier.config.js cannot be loaded, or exports what cannot be added.',
    'Mend the named file, or leave it out with `config: false`; docs/library.md shows one.',
    ['config'],
  ],
  EXTENSION_FAILED: [
    'Code that espalier.config.js adds failed while it was used.',
    'Mend the named member; the line is that of its code.',
  ],
  DECLARATION_INVALID: [
    'adapter.yaml does not say what it must.',
    'Mend the named key; docs/adapter.md lists all keys.',
  ],
  ADAPTER_NOT_FOUND: [
    'No adapter of that name is declared in this workspace.',
    'Look into adapters/, or run `espalier status`.',
  ],
  TASK_MISSING: ['The adapter has several tasks, and none was named.', 'Name one with `task`.', ['task']],
  TASK_UNKNOWN: [
    'The adapter declares no task of that name, or its champion has not learned it.',
    'Use one that adapter.yaml names.',
  ],
  STRATEGY_UNKNOWN: ['No training strategy has that name.', 'Use one that docs/strategies.md lists.'],
  HEAD_UNKNOWN: ['No kind of head has that name.', 'Use one that the strategy trains; docs/adapter.md lists them.'],
  POLICY_UNKNOWN: ['No replay policy has that name.', 'Use one that docs/adapter.md lists under `buffer.policy`.'],
  NOTHING_TO_LEARN: [
    'There is no new training data since the champion was trained.',
    'Bring some with `espalier ingest`.',
  ],
  NOTHING_TO_COMPARE: [
    'Comparing strategies needs at least two domains, each with held-out examples.',
    'Bring examples of another domain with `espalier ingest`.',
  ],
  TOO_FEW_CLASSES: [
    'A classifier needs at least two classes.',
    'Bring examples of another label with `espalier ingest`.',
  ],
  VECTOR_INVALID: [
    'An embedding holds what is not a number.',
    'Remove the example, or check the encoder: dtype fp32 rules out overflow.',
  ],
  TEXT_UNREADABLE: [
    'The encoder cannot turn a text into a vector.',
    'Take the text out of the suite or the question. Examples like it are left out of training by themselves.',
  ],
  STATE_MISMATCH: [
    'Examples are to be taken out of a version whose sums do not hold them.',
    'Run `espalier update NAME` with `reencode`: it learns everything in the store again.',
    ['reencode'],
  ],
  TRAINING_DIVERGED: [
    'The loss grew beyond all bounds, so nothing is proposed.',
    'Lower learningRate in adapter.yaml.',
  ],
  ENCODER_NOT_FOUND: [
    'The encoder folder does not exist or lacks its files.',
    'A model folder holds config.json, tokenizer.json and onnx/model.onnx.',
  ],
  ENCODER_HUB_UNREACHABLE: [
    'The model hub cannot be reached, or has no such model.',
    'Download the model into a folder and name the folder, or use `use-lite`.',
  ],
  ENCODER_INVALID: ['The encoder model cannot be loaded.', 'Fetch the file again: it may be truncated.'],
  ENCODER_INPUT_MISSING: [
    'The model asks for an input that a text encoder does not have.',
    'Use a feature-extraction model (input_ids, attention_mask).',
  ],
  ENCODER_OUTPUT_MISSING: [
    'The model lacks the output that the pooling needs.',
    'Choose another `pooling` in adapter.yaml.',
  ],
  ENCODER_MISMATCH: [
    'The adapter was trained on another encoder than the one declared now.',
    'Restore the encoder in adapter.yaml, or run `espalier update NAME` with `reencode`: it learns everything in the store again on the new encoder.',
    ['reencode'],
  ],
  ADAPTER_INVALID: [
    'The files of a trained version are damaged: they do not match their manifest, or it is not whole.',
    'Restore them from a backup, or `espalier rollback` to another version.',
  ],
  EXPORT_IMPOSSIBLE: [
    'Encoder and adapter cannot be written as one ONNX file.',
    'Ship adapter.onnx, whose metadata says how its input is made, and print vectors with `espalier embed`.',
  ],
  STORE_CORRUPT: [
    'The database is damaged or is not a database of Espalier.',
    'Restore the file from a backup; it was not changed.',
  ],
  STORE_NEWER: ['The database was written by a newer Espalier.', 'Upgrade Espalier; the file was not changed.'],
  STORE_OUTDATED: [
    'The database has an older schema, and it cannot be brought up to date where nothing may be written.',
    'Run `espalier status` once on a copy that can be written, and serve that copy.',
  ],
  STORE_BUSY: [
    'Another process holds the database for longer than the waiting time.',
    'Wait for it to end and run the command again.',
  ],
  STORE_UNREACHABLE: [
    'The database server cannot be reached, or the connection to it was lost.',
    'Check that the server runs and that its address is right, then run the command again: what it did is whole or undone.',
  ],
  STORE_DENIED: [
    'The database server refuses the user, the password, the database or a right.',
    'Check the address, and PGPASSWORD or ~/.pgpass; the user must own the schema, or may create it.',
  ],
  STORE_NOT_EMPTY: [
    'The database that was to be copied into holds data already.',
    'Name one that is new or empty: nothing is ever written over.',
  ],
  DATABASE_INVALID: [
    'The address of the database is not valid.',
    'Write it as postgres://user@host:5432/database?schema=espalier.',
  ],
  STORE_GONE: [
    'The database file was removed, moved or replaced while a command used it; what the command did last was undone.',
    'Put the file back where it was, then run the command again.',
  ],
  PAST_TRANSACTION: [
    'A query was asked past the transaction that it is called in, where it would wait for ever.',
    'Ask it through the handle that the transaction gives to its work.',
  ],
  UPDATE_RUNNING: [
    'Another process is already updating this adapter.',
    'Wait for it to end; `espalier status` shows it.',
  ],
  LEASE_LOST: [
    'This run was taken over by another process while it was paused.',
    'Nothing to do: the other process goes on.',
  ],
  SUITE_NOT_FOUND: ['No eval suite has that name.', 'Look into evals/.'],
  SUITE_INVALID: ['An eval suite is inconsistent.', 'Mend the named file.'],
  SUITE_EXISTS: [
    'There is a suite of that name already, and none is overwritten.',
    'Choose another `name`, or remove its folder first.',
    ['name'],
  ],
  LABELS_UNKNOWN: [
    'The suite asks for labels that the version has not learned.',
    'Bring examples of them with `espalier ingest`, or name other `suites`.',
    ['suites'],
  ],
  NO_GATE_POLICY: [
    'adapter.yaml declares no gate, and nothing is proposed without one.',
    'Add a `gate:` section; docs/gate.md shows one.',
  ],
  ...errorsOfDecisions,
  ...errorsOfExamples,
  SCHEDULE_EMPTY: [
    'No adapter declares a schedule.',
    'Add `schedule:` to adapter.yaml; docs/adapter.md lists its keys.',
  ],
  SCHEDULE_FAILED: [
    'The schedule could not do everything that was due; what could be done is done.',
    'Mend what is named; `espalier schedule status` says when each is tried again.',
  ],
  FILE_EXISTS: [
    'The file that is to be written exists, or the folder that is to be filled is not empty.',
    'Name another one: nothing is ever written over.',
  ],
  BACKUP_INVALID: ['The file is no backup, or it was cut off or changed.', 'Use another backup; nothing was restored.'],
  WORKSPACE_DAMAGED: [
    '`espalier doctor` has found an error in the workspace.',
    'Run the command that stands below the finding.',
  ],
  DATA_FOLDER_INVALID: ['A benchmark data folder is not in the stated format.', 'See docs/benchmarks.md.'],
} as const satisfies Record<KnownCode, CatalogueEntry>;

export type ErrorCode = keyof typeof catalogue;
