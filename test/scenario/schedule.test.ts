import { beforeAll, describe, expect, it } from 'vitest';
import { espalier, startEspalier, succeed, succeedJson } from '../support/command.js';
import { declare, deskDeclaration, ingestWords, rowsOf, writeDesk } from '../support/desk.js';
import { expectReport } from '../support/plain.js';

const scheduled = deskDeclaration(
  (source) => `${source}schedule:\n  cron: "0 6 * * 1"\n  timeZone: Europe/Berlin\n  newExamples: 60\n`,
);
const when = (time: string) => ['--at', `2026-10-${time}:00Z`];

interface Check {
  readonly trigger: string;
  readonly outcome: string;
  readonly reason: string;
}
interface Status {
  readonly newExamples: number;
  readonly failures: number;
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
      /^2026-10-13 10:00 desk: candidate\n {2}\d+ new examples \(threshold 60\); candidate 1 waits for a person: pass\n$/,
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

describe('an update that fails', () => {
  const withoutGate = scheduled.replace(/gate:\n( {2}.*\n)+/, '');
  const failAt = (time: string) => espalier(desk, ['schedule', 'start', '--once', ...when(time)]);

  it('is named, recorded with its reason, and ends the command with 1', async () => {
    await succeed(desk, [...ingestWords('shipping'), ...when('20T09:00')]);
    declare(desk, withoutGate);
    const { code, stdout, stderr } = await failAt('20T10:00');
    expect([code, stdout]).toEqual([1, '1 started.\n']);
    expect(stderr).toMatch(/desk declares no gate\s+\[NO_GATE_POLICY\]/);
    expect(stderr).toContain('espalier: failed: desk [SCHEDULE_FAILED]');
  });

  it('stays due, and is tried again after a minute, then after two', async () => {
    expect(await statusAt('20T10:00')).toMatchObject({
      failures: 1,
      next: 'again at 2026-10-20T10:01:00.000Z, after 1 failure in a row',
    });
    expect(await succeed(desk, ['schedule', 'start', '--once', '--at', '2026-10-20T10:00:59Z'])).toBe(
      'Nothing is due.\n',
    );
    expect((await failAt('20T10:01')).code).toBe(1);
    expect(await runOnce('20T10:02')).toEqual([]);
    expect((await statusAt('20T10:02')).next).toBe('again at 2026-10-20T10:03:00.000Z, after 2 failures in a row');
  });

  it('is made up for when it is mended, and its examples count only then', async () => {
    declare(desk, scheduled);
    expect((await statusAt('20T10:03')).newExamples).toBeGreaterThan(60);
    expect(await runOnce('20T10:03')).toMatchObject([{ trigger: 'newExamples', outcome: 'candidate' }]);
    expect(await statusAt('20T10:04')).toMatchObject({ newExamples: 0, failures: 0 });
  });

  it('does not move the cron line, across the end of summer time', async () => {
    expect(await runOnce('26T04:30')).toEqual([]);
    declare(desk, withoutGate);
    expect((await failAt('26T05:00')).code).toBe(1);
    declare(desk, scheduled);
    expect(await runOnce('26T05:01')).toMatchObject([
      {
        trigger: 'cron',
        outcome: 'candidate',
        reason: expect.stringMatching(/2026-10-26T05:00.*candidate 3 waits for a person/),
      },
    ]);
    expect(await runOnce('26T05:02')).toEqual([]);
  });
});

describe('schedule status', () => {
  it('says what ran, newest first, what is next, and why', async () => {
    const status = await statusAt('26T06:00');
    expect(status.checks.map(({ trigger, outcome }) => [trigger, outcome])).toEqual([
      ['cron', 'candidate'],
      ['cron', 'failed'],
      ['newExamples', 'candidate'],
      ['newExamples', 'failed'],
      ['newExamples', 'failed'],
    ]);
    expect(status).toMatchObject({ newExamples: 0, next: '2026-11-02T05:00:00.000Z, or at 60 more examples' });
    const printed = await succeed(desk, ['schedule', 'status', ...when('26T06:00')]);
    expectReport(printed);
    expect(printed).toMatch(
      /^desk: 0 new examples\n {2}next: 2026-11-02T05:00:00\.000Z, or at 60 more examples\n2026-10-26 05:01 desk: candidate\n {2}`0 6/,
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
