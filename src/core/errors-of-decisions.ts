/** The part of the catalogue about candidates, versions and what is decided of them. */
export const errorsOfDecisions = {
  CANDIDATE_NOT_FOUND: ['No candidate has that number.', 'Run `espalier candidates list`.'],
  CANDIDATE_DECIDED: [
    'The candidate has been decided already; decisions are not changed.',
    'See it with `espalier candidates show`.',
  ],
  BUFFER_CHANGED: [
    'The replay buffer was changed while a change of it was prepared.',
    'Run the command again: it chooses among the examples that are there now.',
  ],
  CANDIDATE_STALE: [
    'The champion has changed since the candidate was compared with it.',
    'Run `espalier update` to make a new one.',
  ],
  DECISION_BACKDATED: [
    'A decision was dated before what it decides on, or before an earlier decision.',
    'Leave `at` out, or give a time that is not earlier.',
    ['at'],
  ],
  CANDIDATE_REFUSED: [
    'The gate did not pass the candidate.',
    'Read it with `espalier candidates show`; to ship it all the same use `override`.',
    ['override'],
  ],
  NOT_VERIFIABLE: [
    'Not everything that the verdict rests on was kept, or older rules made it.',
    'Make a new candidate with `espalier update`.',
  ],
  VERDICT_DIFFERS: [
    'Recomputing the report from the stored results gives a different report.',
    'Do not approve it. Find out who changed the database; `espalier update` makes a new candidate.',
  ],
  NO_CHAMPION: ['The adapter has no champion yet.', 'Run `espalier update`, then `espalier candidates approve`.'],
  VERSION_NOT_FOUND: [
    'The adapter has no version of that number.',
    'See its versions: `espalier candidates list` with `all`.',
    ['all'],
  ],
  VERSION_EXISTS: [
    'A folder already has the number of the version that is being made; no folder of a version is ever overwritten.',
    'Run `espalier update` again: it takes the next free number.',
  ],
  VERSION_PRUNED: [
    'The files of the version were removed by `espalier prune`.',
    'Use another version, or restore the version from a backup that was made before.',
  ],
  NO_EARLIER_VERSION: [
    'There is no earlier version to roll back to.',
    'See the decisions: `espalier candidates list` with `all`.',
    ['all'],
  ],
} as const;
