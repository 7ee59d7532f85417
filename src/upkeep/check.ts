/**
 * The seam of an examination. A check looks at one matter and writes nothing; checks.ts has all of them, and a new one
 * is a file in checks/ and a place there.
 */
import { commandLine } from './command-line.js';
import type { UpkeepSite } from './site.js';

/**
 * `error`: something is damaged, or does not work. `warning`: it will not work one day, or others can read what they
 * should not. `note`: nothing is wrong, and something can be done.
 */
export type Severity = 'error' | 'warning' | 'note';

export interface Found {
  readonly severity: Severity;
  readonly what: string;
  /** A path, a table, or a name. */
  readonly where: string;
  /** The command that mends it, for a shell in the workspace; upper-case words are to be filled in. */
  readonly command: string;
}

export interface Check {
  /** Lower-case letters and dashes. */
  readonly name: string;
  run(site: UpkeepSite): Promise<readonly Found[]>;
}

/** What is damaged in the database or in a version that is needed comes back from a backup alone. */
export const restoreCommand = commandLine(['espalier', 'restore', 'BACKUP'], { into: 'DIR' });
