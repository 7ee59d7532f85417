/** The part of the catalogue for queries in SQL. */
export const sqlErrors = {
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
