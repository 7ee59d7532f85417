/** What every trigger keeps to. A new one is tested here by standing in the array. */
import { describe, expect, it } from 'vitest';
import { isScheduled, readTriggers, type ScheduleKeys, scheduleSchema, triggers } from '#espalier/triggers/triggers.js';

/** A value of a trigger's first key that is due in an instant, and one that is not for years. */
const keysOf: Readonly<Record<string, { soon: object; late: object }>> = {
  cron: { soon: { cron: '* * * * *' }, late: { cron: '0 0 1 1 *' } },
  newExamples: { soon: { newExamples: 1 }, late: { newExamples: 1_000_000 } },
  championAge: { soon: { championAge: 0.001 }, late: { championAge: 3650 } },
  drift: { soon: { drift: {} }, late: { drift: { effect: 5 } } },
};
const now = new Date('2026-06-01T12:30:00Z');
const factsWith = (settled: Date | undefined, newExamples = 5) => ({
  now,
  settledAt: async () => settled,
  knownSince: async () => new Date('2026-05-01T00:00:00Z'),
  championSince: async () => new Date('2026-05-02T00:00:00Z'),
  newExamples: async () => newExamples,
  championExamples: async () => 10,
  drifts: async () => [{ batch: 'arrivals 1-50', effect: 0.4, p: 0.003, at: new Date('2026-05-03T00:00:00Z') }],
});
const parse = (keys: object): ScheduleKeys => scheduleSchema().parse(keys);

it('every trigger has keys to be tested with here', () => {
  expect(Object.keys(keysOf).sort()).toEqual(triggers.map(({ name }) => name).sort());
});

describe.each(Object.keys(keysOf))('the trigger %s', (name) => {
  const { soon, late } = keysOf[name]!;
  const only = async (keys: object, facts = factsWith(undefined)) => {
    const read = await readTriggers(parse(keys), facts);
    expect(read.map((one) => one.name)).toEqual([name]);
    return read[0]!;
  };

  it('is declared by its own keys, and by them alone', () => {
    expect(isScheduled(parse(soon))).toBe(true);
    expect(isScheduled(parse({}))).toBe(false);
  });

  it('is due with a reason, is not before its time, and says what it waits for', async () => {
    expect((await only(soon)).due(now)).toMatch(/\S/);
    const waiting = await only(late);
    expect(waiting.due(now)).toBeUndefined();
    expect(waiting.next(now)).toMatch(/\S/);
  });

  it('gives the same answer when it is asked twice', async () => {
    const trigger = await only(soon);
    expect(trigger.due(now)).toBe(trigger.due(now));
  });

  it('does not fall due again in the instant in which its update ended and left nothing new', async () => {
    expect((await only(soon, factsWith(now, 0))).due(now)).toBeUndefined();
  });

  it('refuses a value of another kind, naming its key', () => {
    const [key] = Object.keys(soon) as [string];
    const parsed = scheduleSchema().safeParse({ [key]: [] });
    expect(parsed.error?.issues[0]?.path).toEqual([key]);
  });
});
