/** Trigger on a cron line in a time zone. A line that was missed several times is due once. */
import { z } from 'zod';
import { findCronFault, findTimeZoneFault, nextFiring } from './cron-line.js';
import { defineTrigger } from './trigger.js';

export const cron = defineTrigger({
  name: 'cron',
  shape: { cron: z.string().optional(), timeZone: z.string().default('UTC') },
  faultOf: ({ cron: line, timeZone }) =>
    line === undefined ? findTimeZoneFault(timeZone) : findCronFault({ line, timeZone }),
  isDeclared: ({ cron: line }) => line !== undefined,
  /** Time from which firings count: the last update by cron line, or when the adapter became known. */
  read: async ({ now, settledAt, knownSince }) => ({ since: (await settledAt('cron')) ?? (await knownSince()) ?? now }),
  due({ cron: line, timeZone }, { since }, now) {
    const fired = nextFiring({ line: line!, timeZone }, since);
    return fired && fired <= now ? `\`${line}\` fell due at ${fired.toISOString()}` : undefined;
  },
  next: ({ cron: line, timeZone }, _state, now) => nextFiring({ line: line!, timeZone }, now)?.toISOString(),
});
