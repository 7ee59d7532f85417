import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EspalierError } from '#espalier/core/errors.js';
import { workspaceAt } from '#espalier/declaration/workspace.js';
import { runDue, type ScheduleEvent } from '#espalier/schedule/scheduler.js';
import { openStore, type Store } from '#espalier/store/database.js';
import { listChecks } from '#espalier/store/schedule.js';
import { headSettings } from '#espalier/training/heads.js';
import { versionsOf } from '#espalier/versions/folder-versions.js';
import { ownThread } from '#espalier/work/task.js';
import { succeed } from '../support/command.js';
import { at, deskDeclaration, ingestWords, trainedDesk, writeDesk } from '../support/desk.js';

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = writeDesk(deskDeclaration((source) => `${source}schedule:\n  newExamples: 60\n`));
  await succeed(folder, [...ingestWords('billing'), ...at(8)]);
  store = await openStore(workspaceAt(folder, headSettings).database);
});
afterEach(() => store.close());

/** Looks once, with an encoder that throws. */
async function lookOnce(time: string, thrown: Error): Promise<ScheduleEvent[]> {
  const events: ScheduleEvent[] = [];
  const workspace = workspaceAt(folder, headSettings);
  const scheduler = {
    workspace,
    store,
    versions: versionsOf(workspace),
    signal: new AbortController().signal,
    work: ownThread,
    openEncoder: () => Promise.reject(thrown),
    report: (event: ScheduleEvent) => events.push(event),
  };
  await runDue(scheduler, new Date(time));
  return events;
}

describe('a defect in a scheduled update', () => {
  it('is told with its stack, recorded as failed, and stays due', async () => {
    const thrown = new TypeError('x is not a function');
    const events = await lookOnce('2026-11-24T09:00:00Z', thrown);
    expect(events).toMatchObject([{ kind: 'check', check: { outcome: 'failed' }, defect: thrown.stack }]);
    expect(await listChecks(store.queries, 'desk', 5)).toMatchObject([
      { outcome: 'failed', reason: expect.stringContaining('a defect: x is') },
    ]);
    expect(await lookOnce('2026-11-24T09:00:59Z', thrown)).toEqual([]);
    expect(await lookOnce('2026-11-24T09:01:00Z', thrown)).toHaveLength(1);
  });
});

describe('a check that cannot be recorded', () => {
  it('is told, and the look ends well', async () => {
    await sql`create temp trigger no_room before insert on schedule_checks
      begin select raise(abort, 'no room'); end`.execute(store.queries);
    const events = await lookOnce('2026-11-24T09:00:00Z', new TypeError('x'));
    expect(events).toMatchObject([
      { kind: 'check', check: { adapter: 'desk' } },
      { kind: 'trouble', adapter: 'desk', reason: expect.stringContaining('no room') },
    ]);
  });
});

describe('drift that cannot be measured', () => {
  it('is told once as such, and the updates of the adapter start all the same', async () => {
    const declaration = deskDeclaration((source) => `${source}schedule:\n  newExamples: 10\n  drift: {}\n`);
    await store.close();
    folder = await trainedDesk(declaration);
    await succeed(folder, [...ingestWords('shipping'), ...at(11)]);
    store = await openStore(workspaceAt(folder, headSettings).database);
    const thrown = new EspalierError('ENCODER_NOT_FOUND', 'no model there');
    const events = await lookOnce('2026-11-24T12:00:00Z', thrown);
    expect(events).toMatchObject([
      { kind: 'trouble', adapter: 'drift of desk', reason: expect.stringContaining('no model there') },
      { kind: 'check', check: { adapter: 'desk', trigger: 'newExamples', outcome: 'failed' } },
    ]);
  });
});
