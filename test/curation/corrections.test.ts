/** What the next update makes of examples that were changed after the champion learned them. */
import { describe, expect, it } from 'vitest';
import { testRows } from '#espalier/testing/testing.js';
import { openDesk } from './support.js';

const labels = ['refund', 'shipping', 'invoice'];
const first = testRows(labels, 16);
const second = testRows(labels, 8, 11);
const reason = 'a test';
const notesOf = ({ report }: { report: { notes: readonly string[] } }) =>
  report.notes.filter((note) => note.startsWith('Corrections'));

describe('a corrected label', () => {
  it('leaves the sums of a version that had learned the right one at once', async () => {
    const wrong = second.map((row, place) => (place < 3 ? { ...row, label: 'invoice' } : row));
    const desk = await openDesk();
    await desk.triage.ingest(first, { domain: 'desk' });
    await desk.ship();
    await desk.triage.ingest(wrong, { domain: 'desk' });
    await desk.ship();
    for (const { text, label } of second.slice(0, 3))
      await desk.triage.buffer.curate({ act: 'relabel', of: { ids: [await desk.idOf(text)] }, label, reason });
    const update = await desk.ship();
    // The other workspace has the same split, and the labels are mended before they are learned.
    const other = await openDesk();
    await other.triage.ingest(first, { domain: 'desk' });
    await other.ship();
    await other.triage.ingest(wrong, { domain: 'desk' });
    for (const { text, label } of second.slice(0, 3))
      await other.triage.buffer.curate({ act: 'relabel', of: { ids: [await other.idOf(text)] }, label, reason });
    await other.ship();
    expect(desk.stateOf(3)).toEqual(other.stateOf(2));
    expect(desk.bytesOf(3, 'adapter.onnx').equals(other.bytesOf(2, 'adapter.onnx'))).toBe(true);
    expect(notesOf(update)).toEqual([expect.stringMatching(/^Corrections: [12] example.* taken out exactly/)]);
  });

  it('is learned by a strategy that trains by gradient, which says that it cannot take the old one out', async () => {
    const desk = await openDesk({ declare: (source) => source.replace('strategy: analytic', 'strategy: replay') });
    await desk.triage.ingest(first, { domain: 'desk' });
    await desk.ship();
    const [{ text }] = first as [(typeof first)[number]];
    await desk.triage.buffer.curate({ act: 'relabel', of: { ids: [await desk.idOf(text)] }, label: 'invoice', reason });
    const update = await desk.triage.update();
    expect(update.report.notes.join(' ')).toMatch(/1 example .* stays in the weights/);
  });
});

describe('a quarantined example', () => {
  it('leaves the sums, the buffer and the holdout, as if it had never come', async () => {
    const desk = await openDesk();
    await desk.triage.ingest(first, { domain: 'desk' });
    await desk.ship();
    await desk.triage.ingest(second, { domain: 'desk' });
    await desk.ship();
    const ids: number[] = [];
    for (const { text } of second) ids.push(await desk.idOf(text));
    await desk.triage.buffer.curate({ act: 'quarantine', of: { ids }, reason });
    expect((await desk.triage.buffer.list()).map(({ id }) => id)).not.toEqual(expect.arrayContaining([ids[0]]));
    const update = await desk.ship();
    expect(desk.stateOf(3)).toEqual(desk.stateOf(1));
    expect(update.report.domains[0]?.cases).toBe(first.length / 4);
    await desk.triage.buffer.curate({ act: 'release', of: { ids }, reason });
    await desk.ship();
    expect(desk.stateOf(4)).toEqual(desk.stateOf(2));
  });

  it('that is all there is to take out makes a strategy without sums learn everything again', async () => {
    const desk = await openDesk({ declare: (source) => source.replace('strategy: analytic', 'strategy: finetune') });
    await desk.triage.ingest(first, { domain: 'desk' });
    await desk.ship();
    await desk.triage.buffer.curate({ act: 'quarantine', of: { ids: [await desk.idOf(first[9]!.text)] }, reason });
    const update = await desk.ship();
    expect(update.report.notes.filter((note) => note.startsWith('Corrections'))).toEqual([]);
    const other = await openDesk({ declare: (source) => source.replace('strategy: analytic', 'strategy: finetune') });
    await other.triage.ingest(first, { domain: 'desk' });
    await other.triage.buffer.curate({ act: 'quarantine', of: { ids: [await other.idOf(first[9]!.text)] }, reason });
    await other.ship();
    expect(desk.bytesOf(2, 'adapter.safetensors').equals(other.bytesOf(1, 'adapter.safetensors'))).toBe(true);
  });

  it('counts from the moment at which an update was planned: what is changed meanwhile waits for the next', async () => {
    const desk = await openDesk();
    await desk.triage.ingest(first, { domain: 'desk' });
    await desk.ship();
    await desk.triage.ingest(second, { domain: 'desk' });
    const id = await desk.idOf(second[0]!.text);
    let isDone = false;
    await desk.triage.update({
      async onProgress({ kind }) {
        if (kind !== 'begin' || isDone) return;
        isDone = true;
        await desk.triage.buffer.curate({ act: 'relabel', of: { ids: [id] }, label: 'invoice', reason });
      },
    });
    const other = await openDesk();
    await other.triage.ingest(first, { domain: 'desk' });
    await other.ship();
    await other.triage.ingest(second, { domain: 'desk' });
    await other.triage.update();
    expect(desk.stateOf(2)).toEqual(other.stateOf(2));
  });
});

describe('a weight', () => {
  it('counts in the sums as often as it says', async () => {
    const desk = await openDesk();
    await desk.triage.ingest(first, { domain: 'desk' });
    await desk.ship();
    const { id } = (await desk.triage.buffer.list({ limit: 1 }))[0]!;
    await desk.triage.buffer.curate({ act: 'weigh', of: { ids: [id] }, weight: 3, reason });
    await desk.ship();
    const examples = (version: number) => desk.manifestOf(version).facts.examplesInStatistics;
    expect(examples(2)).toBe(examples(1)! + 2);
    await desk.triage.buffer.undo(1, { reason });
    await desk.ship();
    expect(desk.stateOf(3)).toEqual(desk.stateOf(1));
  });
});
