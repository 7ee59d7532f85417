/** What one adapter, one update or one process does wrong does not stop the schedule. */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { espalier, startEspalier, succeed, succeedJson } from '../support/command.js';
import {
  at,
  copyOf,
  deskDeclaration,
  ingestWords,
  rowsOf,
  trainedDesk,
  withDatabase,
  writeDesk,
} from '../support/desk.js';

const scheduled = deskDeclaration((source) => `${source}schedule:\n  newExamples: 60\n`);
const once = (hour: number) => ['schedule', 'start', '--once', ...at(hour)];
const countRuns = (folder: string) => rowsOf(folder, 'select id from runs').length;

/** An adapter.yaml that was saved half. */
function addBroken(folder: string): void {
  mkdirSync(join(folder, 'adapters', 'broken'));
  writeFileSync(join(folder, 'adapters', 'broken', 'adapter.yaml'), 'name: broken\nenc');
}

/** Examples of which none is learned: an update is due. */
let due: string;
/** The same with a champion, and new examples beside it. */
let trained: string;
beforeAll(async () => {
  due = writeDesk(scheduled);
  await succeed(due, [...ingestWords('billing'), ...at(8)]);
  trained = await trainedDesk(scheduled);
  await succeed(trained, [...ingestWords('shipping'), ...at(11)]);
}, 60_000);

interface Row {
  readonly name?: string;
  readonly adapter?: string;
  readonly trouble: { readonly code: string } | null;
}

describe('a broken adapter.yaml beside a sound one', () => {
  it('is named by start --once, which does what is due of the others', async () => {
    const folder = copyOf(due);
    addBroken(folder);
    const { code, stdout, stderr } = await espalier(folder, once(9));
    expect([code, stdout]).toEqual([1, '1 started.\n']);
    expect(stderr).toMatch(/broken: cannot be looked at\n[\s\S]*adapter\.yaml, line 2[\s\S]*\[DECLARATION_INVALID\]/);
    expect(stderr).toContain('desk: candidate');
    expect(stderr).toContain('failed: broken [SCHEDULE_FAILED]');
  });

  it('is named by status and by schedule status, in text and in JSON', async () => {
    const folder = copyOf(due);
    addBroken(folder);
    for (const words of [['status'], ['schedule', 'status']]) {
      expect(await succeed(folder, [...words, ...at(9)])).toMatch(/broken[\s\S]*line\s2[\s\S]*\[DECLARATION_INVALID\]/);
    }
    const { adapters } = await succeedJson<{ adapters: Row[] }>(folder, ['status']);
    expect(adapters).toMatchObject([
      { name: 'broken', strategy: null, newExamples: null, trouble: { code: 'DECLARATION_INVALID', at: { line: 2 } } },
      { name: 'desk', trouble: null },
    ]);
    expect(await succeedJson<Row[]>(folder, ['schedule', 'status'])).toMatchObject([
      { adapter: 'broken', trouble: { code: 'DECLARATION_INVALID' }, next: null },
      { adapter: 'desk', trouble: null },
    ]);
  });

  it('that appears while the daemon runs is named once, and the daemon goes on', async () => {
    const folder = copyOf(due);
    const watching = startEspalier(folder, ['schedule', 'start']);
    await watching.says('desk: candidate');
    addBroken(folder);
    await watching.says('broken: cannot be looked at');
    rmSync(join(folder, 'adapters', 'broken'), { recursive: true });
    watching.process.kill('SIGINT');
    const { code, stdout } = await watching.outcome;
    expect([code, stdout]).toEqual([0, '1 started.\n']);
  }, 60_000);
});

describe('a champion that nobody decided on', () => {
  it('is a trouble of its adapter, and not of status', async () => {
    const folder = copyOf(trained);
    withDatabase(folder, (database) => database.exec('update adapters set champion_version = 2'));
    const { adapters } = await succeedJson<{ adapters: Row[] }>(folder, ['status']);
    expect(adapters).toMatchObject([
      { name: 'desk', champion: null, trouble: { code: 'STORE_CORRUPT' }, strategy: 'analytic' },
    ]);
    expect((await espalier(folder, once(12))).stderr).toContain('failed: desk [SCHEDULE_FAILED]');
  });
});

describe('a damaged manifest', () => {
  it('fails the update, which stays due, and hides nothing of the schedule', async () => {
    const folder = copyOf(trained);
    const manifest = join(folder, 'adapters', 'desk', 'versions', '1', 'manifest.json');
    const sound = readFileSync(manifest);
    chmodSync(manifest, 0o644);
    writeFileSync(manifest, '{');
    expect((await espalier(folder, once(12))).code).toBe(1);
    expect(await succeed(folder, ['schedule', 'status', ...at(12)])).toContain('after 1 failure in a row');
    writeFileSync(manifest, sound);
    expect(await succeed(folder, once(13))).toBe('1 started.\n');
  });
});

describe('a process that is killed', () => {
  const dieAt = (moment: string) => ({ preload: 'die-at.mjs', environment: { ESPALIER_TEST_DIE_AT: moment } });

  it('in an update leaves a run that status calls interrupted, and the next look resumes', async () => {
    const folder = copyOf(due);
    expect((await espalier(folder, once(9), dieAt('train:before'))).signal).toBe('SIGKILL');
    expect(await succeed(folder, ['status'])).toContain('interrupted at train');
    expect(await succeed(folder, ['schedule', 'status', ...at(9)])).toContain(
      'next: run 1, which was interrupted at train, is resumed',
    );
    const { stderr } = await espalier(folder, once(10));
    expect(stderr).toContain('run 1 was interrupted at train, and is resumed; candidate 1');
    expect(rowsOf(folder, 'select trigger, outcome, run_id from schedule_checks')).toEqual([
      { trigger: 'newExamples', outcome: 'candidate', run_id: 1 },
    ]);
  });

  it('in an update by hand leaves a run that the schedule resumes', async () => {
    const folder = copyOf(due);
    await espalier(folder, ['update', 'desk', ...at(9)], dieAt('train:before'));
    expect(await succeed(folder, once(10))).toBe('1 started.\n');
    expect(rowsOf(folder, 'select status, trigger from runs')).toEqual([{ status: 'done', trigger: 'ann' }]);
    expect(await succeed(folder, once(11))).toBe('Nothing is due.\n');
  });

  it('between the candidate and its check trains nothing twice', async () => {
    const folder = copyOf(due);
    expect((await espalier(folder, once(9), dieAt('propose:after'))).signal).toBe('SIGKILL');
    expect(rowsOf(folder, 'select id from schedule_checks')).toEqual([]);
    expect(await succeed(folder, once(10))).toBe('Nothing is due.\n');
    expect(countRuns(folder)).toBe(1);
    expect(rowsOf(folder, 'select trigger, outcome, run_id from schedule_checks')).toEqual([
      { trigger: 'newExamples', outcome: 'candidate', run_id: 1 },
    ]);
  });
});

describe('a full disk', () => {
  it('stops an update, which the next look resumes', async () => {
    const folder = copyOf(due);
    const full = await espalier(folder, once(9), {
      preload: 'small-disk.mjs',
      environment: { ESPALIER_TEST_PAGES: '1' },
    });
    expect(full.code).toBe(1);
    expect(full.stderr).toContain('DISK_FULL');
    expect(await succeed(folder, once(9))).toBe('1 started.\n');
    expect(rowsOf(folder, 'select status from candidates')).toEqual([{ status: 'waiting' }]);
  });
});

describe('an update that another process runs', () => {
  it('is not begun a second time, opens no encoder, and is no failure', async () => {
    const folder = copyOf(due);
    await espalier(folder, once(9), { preload: 'die-at.mjs', environment: { ESPALIER_TEST_DIE_AT: 'train:before' } });
    const later = new Date(Date.now() + 3_600_000).toISOString();
    withDatabase(folder, (database) =>
      database.prepare("update runs set lease_owner = 'elsewhere:1:x', lease_until = ?").run(later),
    );
    expect(await succeed(folder, ['status'])).toContain('running at train');
    const noEncoder = { ESPALIER_CACHE: '/dev/null/none' };
    expect(await succeed(folder, once(10), { environment: noEncoder })).toBe('Nothing is due.\n');
    expect(rowsOf(folder, 'select id from schedule_checks')).toEqual([]);
  });
});
