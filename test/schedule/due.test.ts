import { describe, expect, it } from 'vitest';
import { parseDeclaration } from '#espalier/declaration/declaration.js';
import * as due from '#espalier/schedule/due.js';
import { type ScheduleState, waitsUntil } from '#espalier/schedule/due.js';
import { headSettings } from '#espalier/training/heads.js';
import { nextFiring } from '#espalier/triggers/cron-line.js';
import { readTriggers, type ScheduleKeys } from '#espalier/triggers/triggers.js';
import { errorOf } from '../support/errors.js';

const mondays: ScheduleKeys = { cron: '0 6 * * 1', timeZone: 'Europe/Berlin' };
const time = (iso: string) => new Date(`${iso}Z`);

/** What the store knows, and the state of the runs. */
interface Known extends Omit<ScheduleState, 'triggers'> {
  readonly settled: Date | undefined;
  readonly champion: Date | undefined;
  readonly newExamples: number;
}
const state = (overrides: Partial<Known> = {}): Known => ({
  settled: time('2026-10-12T10:00'),
  champion: undefined,
  newExamples: 0,
  failures: 0,
  lastFailure: undefined,
  unfinished: undefined,
  ...overrides,
});
async function stateOf(
  keys: ScheduleKeys,
  { settled, champion, newExamples, ...state }: Known,
  now: Date,
): Promise<ScheduleState> {
  const facts = {
    now,
    settledAt: async () => settled,
    knownSince: async () => time('2026-10-01T10:00'),
    championSince: async () => champion,
    championExamples: async () => 0,
    drifts: async () => [],
    newExamples: async () => newExamples,
  };
  return { ...state, triggers: await readTriggers(keys, facts) };
}
const findDue = async (keys: ScheduleKeys, known: Known, now: Date) =>
  due.findDue(await stateOf(keys, known, now), now);
const describeNext = async (keys: ScheduleKeys, known: Known, now: Date) =>
  due.describeNext(await stateOf(keys, known, now), now);
const nextCron = ({ cron, timeZone }: ScheduleKeys, after: Date) => nextFiring({ line: cron!, timeZone }, after);

/** Every time a cron line falls due in (from, to). */
function firings(declaration: ScheduleKeys, from: Date, to: Date): string[] {
  const found: string[] = [];
  for (let next = nextCron(declaration, from); next && next < to; next = nextCron(declaration, next))
    found.push(next.toISOString().slice(0, 16));
  return found;
}

describe('a cron line', () => {
  it('keeps to the clock on the wall when summer time ends and begins', async () => {
    expect(firings(mondays, time('2026-10-13T00:00'), time('2026-11-03T00:00'))).toEqual([
      '2026-10-19T04:00',
      '2026-10-26T05:00',
      '2026-11-02T05:00',
    ]);
    expect(firings(mondays, time('2026-03-17T00:00'), time('2026-04-07T00:00'))).toEqual([
      '2026-03-23T05:00',
      '2026-03-30T04:00',
      '2026-04-06T04:00',
    ]);
  });

  it('falls due once on the night that has an hour twice, and once on the night that lacks one', async () => {
    const nightly: ScheduleKeys = { cron: '30 2 * * *', timeZone: 'Europe/Berlin' };
    const days = (from: string, to: string) =>
      firings(nightly, time(from), time(to)).map((fired) => fired.slice(0, 10));
    expect(days('2026-10-24T12:00', '2026-10-26T12:00')).toEqual(['2026-10-25', '2026-10-26']);
    expect(days('2026-03-28T12:00', '2026-03-30T12:00')).toEqual(['2026-03-29', '2026-03-30']);
  });

  it('is read in its own time zone', async () => {
    const after = time('2026-10-13T00:00');
    expect(nextCron({ ...mondays, timeZone: 'UTC' }, after)).toEqual(time('2026-10-19T06:00'));
    expect(nextCron({ ...mondays, timeZone: 'America/New_York' }, after)).toEqual(time('2026-10-19T10:00'));
  });

  it('is due from its minute on, and not before', async () => {
    expect(await findDue(mondays, state(), time('2026-10-19T03:59'))).toBeUndefined();
    expect(await findDue(mondays, state(), time('2026-10-19T04:00'))).toEqual({
      trigger: 'cron',
      reason: '`0 6 * * 1` fell due at 2026-10-19T04:00:00.000Z',
    });
  });

  it('that was missed for weeks is due once: what ran late has run', async () => {
    const late = time('2026-11-11T09:00');
    expect(await findDue(mondays, state(), late)).toMatchObject({ trigger: 'cron' });
    expect(await findDue(mondays, state({ settled: late }), late)).toBeUndefined();
  });
});

describe('a schedule that cannot be followed', () => {
  const parse = (lines: string) => () =>
    parseDeclaration(`name: desk\ntasks:\n  - name: intent\nschedule:\n${lines}`, 'adapter.yaml', headSettings);

  it.each([
    ['of four fields', '  cron: "0 6 * *"\n', 'schedule.cron', 'is not a cron line'],
    ['in words', '  cron: every monday\n', 'schedule.cron', 'is not a cron line'],
    ['that never falls due', '  cron: "0 0 31 2 *"\n', 'schedule.cron', 'never falls due'],
    ['of short months that have no 31st', '  cron: "0 6 31 4,6,9,11 *"\n', 'schedule.cron', 'never falls due'],
  ])('a cron line %s is refused, naming file, line and key', async (_, lines, field, says) => {
    const error = await errorOf(parse(lines));
    expect([error.code, error.at]).toEqual(['DECLARATION_INVALID', { file: 'adapter.yaml', line: 5, field }]);
    expect(error.message).toContain(says);
  });

  it.each([
    ['beside a cron line', '  cron: "0 6 * * 1"\n  timeZone: Europe/Berln\n'],
    ['alone', '  newExamples: 5\n  timeZone: Europe/Berln\n'],
  ])('a mistyped time zone %s is refused, naming its own key', async (_, lines) => {
    const error = await errorOf(parse(lines));
    expect(error).toMatchObject({ code: 'DECLARATION_INVALID', hint: 'Did you mean `Europe/Berlin`?' });
    expect(error.at).toEqual({ file: 'adapter.yaml', line: 6, field: 'schedule.timeZone' });
  });

  it('a line for the 29 February is followed', async () => {
    expect(parse('  cron: "0 0 29 2 *"\n')().schedule?.cron).toBe('0 0 29 2 *');
    expect(nextCron({ cron: '0 0 29 2 *', timeZone: 'UTC' }, time('2026-10-13T00:00'))).toEqual(
      time('2028-02-29T00:00'),
    );
  });
});

describe('the wait after failures', () => {
  const now = time('2026-10-20T10:00');
  const minutesAfter = (failures: number, overrides: Partial<ScheduleState> = {}) => {
    const until = waitsUntil({ triggers: [], ...state({ failures, lastFailure: now, ...overrides }) }, now);
    return until && (until.getTime() - now.getTime()) / 60_000;
  };

  it('is twice as long each time, and 6 hours at most', async () => {
    expect([0, 1, 2, 3, 9, 10, 5000].map((failures) => minutesAfter(failures))).toEqual([
      undefined,
      1,
      2,
      4,
      256,
      360,
      360,
    ]);
  });

  it('is over when it is over, and says nothing of a failure in the future', async () => {
    const failed = state({ failures: 1, lastFailure: now });
    expect(waitsUntil({ triggers: [], ...failed }, time('2026-10-20T10:01'))).toBeUndefined();
    expect(waitsUntil({ triggers: [], ...failed }, time('2026-10-20T09:00'))).toBeUndefined();
  });

  it('begins a failure later for a run that was stopped on its way', async () => {
    const unfinished = { id: 4, stage: 'train', isHeld: false };
    expect([1, 2, 3].map((failures) => minutesAfter(failures, { unfinished }))).toEqual([undefined, 1, 2]);
  });
});

describe('a run that has not ended', () => {
  const now = time('2026-10-13T00:00');
  const run = (isHeld: boolean) => state({ newExamples: 900, unfinished: { id: 4, stage: 'train', isHeld } });

  it('that nobody holds is due by itself', async () => {
    expect(await findDue(mondays, run(false), now)).toMatchObject({
      trigger: 'unfinished',
      reason: 'run 4 was interrupted at train, and is resumed',
    });
  });

  it('that a process works on holds everything else back', async () => {
    expect(await findDue({ ...mondays, newExamples: 1 }, run(true), now)).toBeUndefined();
    expect(await describeNext(mondays, run(true), now)).toBe('after run 4, which is at train');
  });
});

describe('a number of new examples', () => {
  const byVolume: ScheduleKeys = { newExamples: 150, timeZone: 'UTC' };
  const now = time('2026-10-13T00:00');

  it('is due when there are as many, and not before', async () => {
    expect(await findDue(byVolume, state({ newExamples: 149 }), now)).toBeUndefined();
    expect(await findDue(byVolume, state({ newExamples: 150 }), now)).toEqual({
      trigger: 'newExamples',
      reason: '150 new examples (threshold 150)',
    });
  });

  it('does not wait for the cron line, nor the cron line for it', async () => {
    const either: ScheduleKeys = { ...mondays, newExamples: 150 };
    expect((await findDue(either, state({ newExamples: 200 }), now))?.trigger).toBe('newExamples');
    expect((await findDue(either, state(), time('2026-10-19T04:00')))?.trigger).toBe('cron');
  });
});

describe('what is next', () => {
  it('names the time and the number that is wanting', async () => {
    const now = time('2026-10-13T00:00');
    expect(await describeNext({ ...mondays, newExamples: 150 }, state({ newExamples: 30 }), now)).toBe(
      '2026-10-19T04:00:00.000Z, or at 120 more examples',
    );
    expect(await describeNext({ newExamples: 150, timeZone: 'UTC' }, state({ newExamples: 400 }), now)).toBe(
      'at 0 more examples',
    );
    expect(await describeNext(mondays, state(), now)).toBe('2026-10-19T04:00:00.000Z');
  });
});

describe('the age of the champion', () => {
  const monthly: ScheduleKeys = { championAge: 30, timeZone: 'UTC' };
  const champion = time('2026-09-01T06:00');
  const known = (overrides: Partial<Known> = {}) =>
    state({ champion, settled: undefined, newExamples: 1, ...overrides });

  it('is due to the minute, where anything new has come', async () => {
    expect(await findDue(monthly, known(), time('2026-10-01T05:59'))).toBeUndefined();
    expect(await findDue(monthly, known(), time('2026-10-01T06:00'))).toEqual({
      trigger: 'championAge',
      reason: 'the champion serves, or was last tried, since 2026-09-01T06:00:00.000Z (30 days are the most)',
    });
    expect(await findDue(monthly, known({ newExamples: 0 }), time('2026-10-01T06:00'))).toBeUndefined();
  });

  it('counts from the last update that it began, which a person may have rejected, and not from one before the champion', async () => {
    expect(
      await findDue(monthly, known({ settled: time('2026-10-01T06:00') }), time('2026-10-30T06:00')),
    ).toBeUndefined();
    expect(
      await findDue(monthly, known({ settled: time('2026-10-01T06:00') }), time('2026-10-31T06:00')),
    ).toBeDefined();
    expect(
      await findDue(monthly, known({ settled: time('2026-08-01T06:00') }), time('2026-09-30T06:00')),
    ).toBeUndefined();
  });

  it("is nobody's without a champion, and says when it will be", async () => {
    const now = time('2026-09-10T00:00');
    expect(await findDue(monthly, known({ champion: undefined }), time('2030-01-01T00:00'))).toBeUndefined();
    expect(await describeNext(monthly, known({ champion: undefined }), now)).toBe('never again');
    expect(await describeNext(monthly, known(), now)).toBe('2026-10-01T06:00:00.000Z');
    expect(await describeNext(monthly, known({ newExamples: 0 }), now)).toBe(
      '2026-10-01T06:00:00.000Z if anything new has come',
    );
  });
});
