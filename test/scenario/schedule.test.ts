import { beforeAll, describe, expect, it } from 'vitest';
import { espalier, startEspalier, succeed, succeedJson } from '../support/command.js';
import { declare, deskDeclaration, ingestWords, rowsOf, writeDesk } from '../support/desk.js';
import { expectReport } from '../support/plain.js';

const scheduled = deskDeclaration((source) => `${source}schedule:\n  cron: "0 6 * * 1"\n  timeZone: Europe/Berlin\n  newExamples: 60\n`);
const when = (time: string) => ['--at', `2026-10-${time}:00Z`];

interface Check {
  readonly trigger: string;
  readonly outcome: string;
  readonly reason: string;
}
interface Status {
  readonly newExamples: number;
  readonly next: string;
  readonly checks: readonly Check[];
}

/** One workspace through two weeks; the tests stand in the order of its days. */
let desk: string;
beforeAll(async () => {
  desk = writeDesk(scheduled);
});
const runOnce = (time: string) => succeedJson<Check[]>(desk, ['schedule', 'start', '--once', ...when(time)]);
const statusAt = async (time: string) => (await succeedJson<Status[]>(desk, ['schedule', 'status', ...when(time)]))[0]!;

describe('schedule start --once', () => {
  it('starts nothing while nothing is due', async () => {
    expect(await succeed(desk, ['schedule', 'start', '--once', ...when('13T08:00')])).toBe('Nothing is due.\n');
  });

  it('starts an update when enough examples have come, and leaves its candidate to a person', async () => {
    await succeed(desk, [...ingestWords('billing'), ...when('13T09:00')]);
    const { code, stdout, stderr } = await espalier(desk, ['schedule', 'start', '--once', ...when('13T10:00')]);
    expect([code, stdout]).toEqual([0, '1 started.\n']);
    expect(stderr).toMatch(
      /^2026-10-13 10:00 desk: candidate\n {2}\d+ new examples; 60 set an update off; candidate 1 waits for a person: pass\n$/,
    );
    expect(rowsOf(desk, 'select candidates.status, trigger from candidates join runs on runs.id = run_id')).toEqual([
      { status: 'waiting', trigger: 'schedule: newExamples' },
    ]);
  });

  it('started again, starts nothing: it has acted on those examples', async () => {
    expect(await runOnce('13T10:01')).toEqual([]);
    expect(rowsOf(desk, 'select id from runs')).toHaveLength(1);
  });

  it('starts an update when the cron line has fallen due, and says so where there is nothing to learn', async () => {
    await succeed(desk, ['candidates', 'approve', '1', '--reason', 'good', ...when('14T09:00')]);
    expect(await runOnce('19T03:59')).toEqual([]);
    const due = await runOnce('19T04:00');
    expect(due).toMatchObject([
      {
        trigger: 'cron',
        outcome: 'nothing',
        reason: expect.stringMatching(
          /^`0 6 \* \* 1` fell due at 2026-10-19T04:00:00\.000Z; desk has no example that version 1 has not learned$/,
        ),
      },
    ]);
    expect(await runOnce('19T04:01')).toEqual([]);
  });
});

describe('a trigger that fails', () => {
  it('is recorded with its reason, and does not go round in circles', async () => {
    await succeed(desk, [...ingestWords('shipping'), ...when('20T09:00')]);
    declare(desk, scheduled.replace(/gate:\n( {2}.*\n)+/, ''));
    expect(await runOnce('20T10:00')).toMatchObject([
      { trigger: 'newExamples', outcome: 'failed', reason: expect.stringContaining('desk declares no gate') },
    ]);
    expect(await runOnce('20T10:01')).toEqual([]);
    declare(desk, scheduled);
    expect(await runOnce('20T10:02')).toEqual([]);
  });

  it('leaves the next cron line to try again, across the end of summer time', async () => {
    expect(await runOnce('26T04:30')).toEqual([]);
    expect(await runOnce('26T05:00')).toMatchObject([
      { trigger: 'cron', outcome: 'candidate', reason: expect.stringContaining('candidate 2 waits for a person') },
    ]);
  });
});

describe('schedule status', () => {
  it('says what ran, newest first, what is next, and why', async () => {
    const status = await statusAt('26T06:00');
    expect(status.checks.map(({ trigger, outcome }) => [trigger, outcome])).toEqual([
      ['cron', 'candidate'],
      ['newExamples', 'failed'],
      ['cron', 'nothing'],
      ['newExamples', 'candidate'],
    ]);
    expect(status).toMatchObject({ newExamples: 0, next: '2026-11-02T05:00:00.000Z, or at 60 more examples' });
    const printed = await succeed(desk, ['schedule', 'status', ...when('26T06:00')]);
    expectReport(printed);
    expect(printed).toMatch(
      /^desk: 0 new examples\n {2}next: 2026-11-02T05:00:00\.000Z, or at 60 more examples\n2026-10-26 05:00 desk: candidate\n {2}`0 6/,
    );
  });

  it('without any schedule is refused with a hint', async () => {
    const { code, stderr } = await espalier(writeDesk(), ['schedule', 'status']);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/\[SCHEDULE_EMPTY\]\n {2}hint {2}Add `schedule:`/)]);
  });
});

describe('schedule start', () => {
  it('watches in the foreground, and ends well when it is told to stop', async () => {
    const watching = startEspalier(desk, ['schedule', 'start']);
    await watching.says('watching desk; Ctrl-C stops');
    watching.process.kill('SIGINT');
    const { code, stdout } = await watching.outcome;
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^\d started\.\n$/)]);
  });
});
