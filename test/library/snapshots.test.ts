/** Snapshots of versions that were trained: what they record, whether it still holds, and their restoration. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { testRows } from '#espalier/testing/testing.js';
import { type Desk, openDesk } from '../curation/support.js';
import { errorOf } from '../support/errors.js';

const labels = ['refund', 'shipping', 'invoice'];
const first = testRows(labels, 16);
const second = testRows(labels, 8, 11);
const reason = 'a test';

/** Two versions under a gradient strategy that replays, on a buffer of 12. */
async function replayingDesk(): Promise<Desk> {
  const desk = await openDesk({
    declare: (source) =>
      source.replace('strategy: analytic', 'strategy: replay').replace('examples: 100', 'examples: 12'),
  });
  await desk.triage.ingest(first, { domain: 'desk' });
  await desk.ship();
  await desk.triage.ingest(second, { domain: 'later' });
  await desk.ship();
  return desk;
}

const trainedOnOf = (desk: Desk, version: number) => desk.manifestOf(version).data.trainedOn!;
const memberIds = async ({ triage }: Desk) => (await triage.buffer.list({ limit: 100 })).map(({ id }) => id);

describe('what an update trained on', () => {
  it('is the ordered set of new and replayed examples, by hash in the manifest', async () => {
    const desk = await replayingDesk();
    const members = (await desk.triage.buffer.snapshot(2)).members.map(({ id }) => id);
    const all = await desk.triage.listExamples({ split: 'train' });
    const trained = all.filter(({ id, domain }) => domain === 'later' || members.includes(id));
    const lines = trained.map(({ arrival, hash, label }) => `${JSON.stringify([arrival, hash, label, 1])}\n`);
    const sha256 = createHash('sha256').update(lines.join('')).digest('hex');
    expect(trainedOnOf(desk, 2)).toEqual({ examples: trained.length, sha256 });
    const { data } = desk.manifestOf(2);
    expect(data.replayed).toBe(12);
    expect(trained.length).toBe(data.fresh + data.replayed);
    expect(await desk.triage.buffer.snapshots()).toMatchObject([
      { version: 1, isChampion: false, members: 0, gone: 0, trainedOn: trainedOnOf(desk, 1) },
      { version: 2, isChampion: true, members: 12, gone: 0, trainedOn: trainedOnOf(desk, 2) },
    ]);
  });

  it('holds corrected examples as they were learned again', async () => {
    const desk = await openDesk();
    await desk.triage.ingest(first, { domain: 'desk' });
    await desk.ship();
    const [one, two] = await desk.triage.listExamples({ split: 'train', label: 'refund', limit: 2 });
    await desk.triage.buffer.curate({ act: 'relabel', label: 'invoice', of: { ids: [one!.id] }, reason });
    await desk.triage.buffer.curate({ act: 'weigh', weight: 2, of: { ids: [two!.id] }, reason });
    await desk.ship();
    // The analytic strategy reads all learned examples again where they are few.
    const lines = (await desk.triage.listExamples({ split: 'train' })).map(
      ({ arrival, hash, label, weight }) => `${JSON.stringify([arrival, hash, label, weight])}\n`,
    );
    expect(lines.filter((line) => line.endsWith(',2]\n'))).toHaveLength(1);
    const sha256 = createHash('sha256').update(lines.join('')).digest('hex');
    expect(trainedOnOf(desk, 2)).toEqual({ examples: lines.length, sha256 });
    expect((await desk.triage.buffer.snapshot(2)).trainedOn).toMatchObject({ holds: true, why: null, changed: 0 });
  });

  it('holds until an example is relabelled, quarantined or erased, and says why not', async () => {
    const desk = await replayingDesk();
    const { buffer } = desk.triage;
    expect((await buffer.snapshot(2)).trainedOn).toMatchObject({ holds: true, why: null });
    const [one, two, three] = (await buffer.snapshot(2)).members;
    const label = one!.label === 'refund' ? 'invoice' : 'refund';
    await buffer.curate({ act: 'relabel', label, of: { ids: [one!.id] }, reason });
    await buffer.curate({ act: 'quarantine', of: { ids: [two!.id] }, reason });
    const changed = await buffer.snapshot(2);
    expect(changed.trainedOn).toMatchObject({ holds: false, changed: 2, ...trainedOnOf(desk, 2) });
    expect(changed.trainedOn.why).toContain('as they stood then they have the recorded hash');
    expect(changed).toMatchObject({ exact: true, gone: 0 });
    expect(changed.members[0]).toMatchObject({ label: one!.label, now: { label } });
    expect(changed.members[1]).toMatchObject({ now: { quarantined: true, state: 'evicted' } });
    await desk.triage.erase({ of: { ids: [three!.id] }, reason });
    const erased = await buffer.snapshot(2);
    expect(erased).toMatchObject({ exact: false, gone: 1 });
    expect(erased.members).toHaveLength(11);
    expect(erased.trainedOn).toMatchObject({
      holds: false,
      why: expect.stringMatching(/^1 of the \d+ examples have been erased$/),
    });
  });
});

describe('a snapshot', () => {
  it('differs from another by who came and went, and by labels', async () => {
    const desk = await replayingDesk();
    await desk.triage.ingest(testRows(labels, 4, 19), { domain: 'last' });
    const [one] = await desk.triage.buffer.list({ limit: 1 });
    const label = one!.label === 'refund' ? 'invoice' : 'refund';
    await desk.triage.buffer.curate({ act: 'pin', of: { ids: [one!.id] }, reason });
    await desk.triage.buffer.curate({ act: 'relabel', label, of: { ids: [one!.id] }, reason });
    await desk.ship();
    const diff = await desk.triage.buffer.diffSnapshots(2, 3);
    const [two, three] = [await desk.triage.buffer.snapshot(2), await desk.triage.buffer.snapshot(3)];
    const idsOf = (sheet: typeof two) => sheet.members.map(({ id }) => id);
    expect(diff.in).toBe(idsOf(three).filter((id) => !idsOf(two).includes(id)).length);
    expect(diff.out).toBe(idsOf(two).filter((id) => !idsOf(three).includes(id)).length);
    const own = diff.changes.find(({ id }) => id === one!.id)!;
    expect(own.after).toEqual({ label, weight: 1 });
    expect(await desk.triage.buffer.diffSnapshots(2, 2)).toMatchObject({ in: 0, out: 0, changed: 0, changes: [] });
  });

  it('is restored without those that are quarantined, beside those that are pinned', async () => {
    const desk = await replayingDesk();
    const { buffer } = desk.triage;
    const then = (await buffer.snapshot(2)).members.map(({ id }) => id);
    const others = (await memberIds(desk)).filter((id) => !then.includes(id));
    expect(others.length).toBeGreaterThan(1);
    await buffer.curate({ act: 'pin', of: { ids: [others[0]!] }, reason });
    await buffer.curate({ act: 'quarantine', of: { ids: [then[0]!] }, reason });
    const before = await memberIds(desk);
    const told = await buffer.restoreSnapshot(2, { dryRun: true });
    expect(told).toMatchObject({ snapshot: 2, applied: false, gone: 0, quarantined: [then[0]], pinned: [others[0]] });
    expect(await memberIds(desk)).toEqual(before);
    expect(await errorOf(() => buffer.restoreSnapshot(2, {}))).toMatchObject({ code: 'USAGE' });
    expect(await buffer.restoreSnapshot(2, { reason })).toMatchObject({ ...told, applied: true });
    expect(await memberIds(desk)).toEqual([...then.slice(1), others[0]!].sort((a, b) => a - b));
    expect((await buffer.why(then[1]!)).state).toBe('member');
    expect((await buffer.why(others[1]!)).reason).toContain('whose snapshot was restored');
  });

  it('is not restored where it is unknown or exceeds the budget', async () => {
    const desk = await replayingDesk();
    const { buffer } = desk.triage;
    expect(await errorOf(() => buffer.restoreSnapshot(9, { reason }))).toMatchObject({ code: 'SNAPSHOT_NOT_FOUND' });
    const then = (await buffer.snapshot(2)).members.map(({ id }) => id);
    const other = (await memberIds(desk)).find((id) => !then.includes(id))!;
    await buffer.curate({ act: 'pin', of: { ids: [other] }, reason });
    const error = await errorOf(() => buffer.restoreSnapshot(2, { reason }));
    expect(error).toMatchObject({ code: 'SNAPSHOT_TOO_LARGE' });
    expect(error.message).toContain('has 13 examples; the buffer of triage holds 12');
  });
});
