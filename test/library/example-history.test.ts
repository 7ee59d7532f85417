/** What `buffer show` and `buffer why` tell of the history of an example, on a store that trained three versions. */
import { describe, expect, it } from 'vitest';
import { factsOf, linesOfFacts } from '#espalier/cli/terminal/example-sheet.js';
import { testRows } from '#espalier/testing/testing.js';
import { openDesk } from '../curation/support.js';

const tasks = [{ name: 'label', labels: 'open' as const }];
const rows = testRows(['refund', 'shipping', 'invoice'], 16);

describe('the history of an example', () => {
  it('tells its marks, its changes, and by which label each version learned it', async () => {
    const desk = await openDesk();
    const { triage } = desk;
    await triage.ingest(rows, { domain: 'desk' });
    const first = (await triage.listExamples({ split: 'train', limit: 1 }))[0]!;
    const other = (await triage.listExamples({ split: 'train' })).find(({ label }) => label !== first.label)!;
    await desk.ship();
    const of = { ids: [first.id] };
    await triage.buffer.curate({ act: 'relabel', label: other.label, of, reason: 'it was wrong' });
    await triage.buffer.curate({ act: 'weigh', weight: 2, of, reason: 'it matters' });
    await desk.ship();
    await triage.buffer.curate({ act: 'quarantine', of, reason: 'private' });
    await triage.buffer.curate({ act: 'note', note: 'see \u001b[31mticket 4', of, reason: 'to find it' });
    await triage.buffer.undo(4, { reason: 'not needed' });
    await desk.ship();
    const sheet = await triage.buffer.show(first.id);
    expect(sheet).toMatchObject({ label: other.label, weight: 2, quarantined: true, pinned: false, note: null });
    expect(sheet.nearDuplicateOf).toBeNull();
    expect(
      sheet.revisions.map(({ edit, act, before, after, reason, undoneBy }) => [
        edit,
        act,
        before,
        after,
        reason,
        undoneBy,
      ]),
    ).toEqual([
      [1, 'relabel', { label: first.label }, { label: other.label }, 'it was wrong', null],
      [2, 'weigh', { weight: 1 }, { weight: 2 }, 'it matters', null],
      [3, 'quarantine', { quarantined: false }, { quarantined: true }, 'private', null],
      [4, 'note', { note: null }, { note: 'see \u001b[31mticket 4' }, 'to find it', 5],
      [5, 'undo', { note: 'see \u001b[31mticket 4' }, { note: null }, 'not needed', null],
    ]);
    expect(sheet.learnedBy).toEqual([
      { version: 1, leftOut: null, label: first.label, weight: 1 },
      { version: 2, leftOut: null, label: other.label, weight: 2 },
      { version: 3, leftOut: 'quarantined', label: other.label, weight: 2 },
    ]);
    const told = linesOfFacts(factsOf(sheet, { tasks })).join('\n');
    expect(told).toContain('apart     quarantined: neither trained on nor replayed');
    expect(told).toContain(`changed   label "${first.label}" -> "${other.label}", edit 1 of`);
    expect(told).toContain(`learned   version 1 learned it as "${first.label}"`);
    expect(told).toContain('version 3 left it out: quarantined');
    expect(told).not.toContain('\u001b');
    const why = await triage.buffer.why(first.id);
    expect(why).toMatchObject({ quarantined: true, revisions: sheet.revisions, learnedBy: sheet.learnedBy });
    const [listed] = await triage.listExamples({ where: ['quarantined=yes'] });
    expect(listed).toMatchObject({ id: first.id, quarantined: true, weight: 2 });
  });

  it('names the earlier example that it resembles', async () => {
    const desk = await openDesk({
      declare: (source) => `${source}intake: { nearDuplicates: { action: link, threshold: 0.8 } }\n`,
    });
    const text = 'where is the parcel that I ordered for my sister last week';
    const row = { label: 'shipping' };
    await desk.triage.ingest(
      [
        { ...row, text },
        { ...row, text: `${text} please` },
      ],
      { domain: 'desk' },
    );
    const [earlier, later] = await desk.triage.listExamples({ contains: 'for my sister' });
    const { nearDuplicateOf } = await desk.triage.buffer.show(later!.id);
    expect(nearDuplicateOf!.id).toBe(earlier!.id);
    expect(nearDuplicateOf!.similarity).toBeGreaterThan(0.8);
  });
});
