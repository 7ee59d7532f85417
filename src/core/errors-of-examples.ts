/** The part of the catalogue about stored examples: what is asked of them, and what is changed. */
export const errorsOfExamples = {
  ERASURE_NOT_FOUND: ['No erasure has that number.', 'Run `espalier erase list`.'],
  ERASURE_DONE: ['The erasure is done already.', 'Verify its certificate with `espalier erase verify`.'],
  ERASURE_INCOMPLETE: [
    'Something that was erased is there again, or there still.',
    'Erase it again, or approve a version without it; `espalier erase verify` says what is left.',
  ],
  CERTIFICATE_INVALID: [
    'The file is no certificate of an erasure, or it was changed after it was written.',
    'Use the file that the erasure wrote, in replay-store/erasures/.',
  ],
  LABEL_NOT_FOUND: ['No example has that label.', 'Run `espalier labels list`.'],
  LABEL_EXISTS: [
    'A label of that name has examples already.',
    'Merge the two with `espalier labels merge`, or take another name.',
  ],
  LABEL_INVALID: [
    'What was given as a label cannot be one.',
    'A label is a name; a task with a closed list of labels takes only those.',
  ],
  EDIT_NOT_FOUND: ['No edit has that number.', 'Run `espalier buffer edits`.'],
  EDIT_UNDONE: ['The edit has been taken back already.', 'Run `espalier buffer edits`.'],
  EDIT_OVERTAKEN: [
    'An example was changed again after the edit that is to be taken back.',
    'Take the later edit back first: `espalier buffer edits` lists them.',
  ],
  BUFFER_PINNED: [
    'More examples would be pinned than the replay buffer holds.',
    'Unpin some, or raise the budget of `buffer` in adapter.yaml.',
  ],
  SNAPSHOT_NOT_FOUND: [
    'No version of that number has a snapshot of the replay buffer.',
    'Run `espalier buffer snapshot list`; versions made before snapshots were recorded have none.',
  ],
  SNAPSHOT_TOO_LARGE: [
    'The snapshot has more examples than the replay buffer holds.',
    'Raise the budget of `buffer` in adapter.yaml, or unpin some examples.',
  ],
  TERMINAL_NEEDED: [
    'The command shows a screen and reads keys, and there is no terminal for that.',
    'Use `espalier buffer list`, which takes the same conditions, and `espalier buffer show`.',
  ],
  EXAMPLE_NOT_FOUND: ['No example has that number.', 'Run `espalier buffer list`.'],
  RUN_NOT_FOUND: ['No update of the adapter has that number.', 'Run `espalier status`, which names the last update.'],
  UNKNOWN_TEXT_NOT_FOUND: [
    'The queue of unknown texts has no such cluster or text.',
    'Run `espalier unknown list` again.',
  ],
  SQL_INVALID: [
    'The database does not understand the query, or cannot run it.',
    'Mend the query: one statement that begins with select, with or values; docs/data-model.md names the tables.',
  ],
  SQL_WRITES: [
    'The statement does more than read, and was not run.',
    'Ask with select. Commands change what is stored, so that the audit keeps who did it.',
  ],
  SQL_TOO_SLOW: [
    'The query took longer than it may, and was ended.',
    'Narrow it with a condition or a limit, or give it more `seconds`.',
    ['seconds'],
  ],
} as const;
