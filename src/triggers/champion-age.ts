/**
 * Trigger on the age of the champion in days, if there is something new to learn. An update that made no new champion
 * restarts the count.
 */
import { z } from 'zod';
import { defineTrigger } from './trigger.js';

const dayMilliseconds = 24 * 60 * 60_000;

export const championAge = defineTrigger({
  name: 'championAge',
  shape: { championAge: z.number().positive().max(3650).optional() },
  isDeclared: ({ championAge: days }) => days !== undefined,
  async read({ championSince, settledAt, newExamples }) {
    const [champion, settled] = [await championSince(), await settledAt('championAge')];
    return { since: champion && settled && settled > champion ? settled : champion, have: await newExamples() };
  },
  due({ championAge: days }, { since, have }, now) {
    if (since === undefined || have === 0 || dueAt(since, days!) > now) return undefined;
    return `the champion serves, or was last tried, since ${since.toISOString()} (${days} days are the most)`;
  },
  next({ championAge: days }, { since, have }) {
    if (since === undefined) return undefined;
    const at = dueAt(since, days!).toISOString();
    return have === 0 ? `${at} if anything new has come` : at;
  },
});

const dueAt = (since: Date, days: number) => new Date(since.getTime() + days * dayMilliseconds);
