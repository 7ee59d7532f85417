/** Computes when a cron line falls due in a time zone. croner parses the line. */
import { Cron } from 'croner';
import { messageOf } from '../core/errors.js';
import { nearestName } from '../core/text.js';

export interface CronLine {
  readonly line: string;
  /** A name of the IANA time zone database. */
  readonly timeZone: string;
}

export interface CronFault {
  readonly key: 'cron' | 'timeZone';
  readonly message: string;
  readonly hint: string | undefined;
}

/** The first time after `after`; undefined if there is none. */
export function nextFiring({ line, timeZone }: CronLine, after: Date): Date | undefined {
  return new Cron(line, { timezone: timeZone, paused: true }).nextRun(after) ?? undefined;
}

export function findTimeZoneFault(timeZone: string): CronFault | undefined {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return undefined;
  } catch {
    const near = nearestName(timeZone, Intl.supportedValuesOf('timeZone'));
    const hint =
      near === undefined
        ? 'Write a name of the IANA time zone database, such as Europe/Berlin.'
        : `Did you mean \`${near}\`?`;
    return { key: 'timeZone', message: `\`${timeZone}\` is not a known time zone`, hint };
  }
}

/** Finds a line that cannot be parsed, or that never falls due: there is no 31 February. */
export function findCronFault({ line, timeZone }: CronLine): CronFault | undefined {
  const zone = findTimeZoneFault(timeZone);
  if (zone) return zone;
  try {
    // Searches from a fixed day, so that the answer does not depend on the clock.
    if (nextFiring({ line, timeZone }, new Date(0))) return undefined;
    return { key: 'cron', message: `\`${line}\` never falls due: no day of any year matches it`, hint: undefined };
  } catch (thrown) {
    return { key: 'cron', message: `\`${line}\` is not a cron line: ${messageOf(thrown)}`, hint: undefined };
  }
}
