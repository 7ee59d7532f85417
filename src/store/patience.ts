/**
 * How long a transaction waits for one of another process: an intake of two million rows locks the store for a minute.
 */
export const patienceMilliseconds = 60_000;
