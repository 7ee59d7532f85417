/** Edits: all or nothing, with a reason, told before they are made, and taken back. */
import { describe, expect, it } from 'vitest';
import { openEspalier } from '#espalier/index.js';
import { testRows } from '#espalier/testing/testing.js';
import { espalier, succeedJson } from '../support/command.js';
import { errorOf } from '../support/errors.js';
import { copyOfDesk, openDesk } from './support.js';

const labels = ['refund', 'shipping'];
const rows = testRows(labels, 10);
const reason = 'a test';

const filledDesk = () =>
  copyOfDesk('filled', async () => {
    const desk = await openDesk();
    await desk.triage.ingest(rows, { domain: 'desk' });
    return desk;
  });

describe('an edit', () => {
  it('changes nothing in a dry run, and tells what it would change', async () => {
    const { triage } = await filledDesk();
    const told = await triage.buffer.curate({ act: 'relabel', of: { ids: [1, 2] }, label: 'shipping', dryRun: true });
    expect(told).toMatchObject({ edit: null, applied: false, examples: 1 });
    expect(told.changes).toMatchObject([{ id: 1, before: { label: 'refund' }, after: { label: 'shipping' } }]);
    expect(await triage.buffer.edits()).toEqual([]);
    expect((await triage.buffer.show(1)).label).toBe('refund');
  });

  it('needs a reason, and keeps it with who made it', async () => {
    const { triage } = await filledDesk();
    expect(await errorOf(triage.buffer.curate({ act: 'pin', of: { ids: [1] } }))).toMatchObject({ code: 'USAGE' });
    await triage.buffer.curate({
      act: 'note',
      of: { ids: [1] },
      note: 'seen',
      reason: 'to be asked again',
      actor: 'ana',
    });
    expect(await triage.buffer.edits()).toMatchObject([
      { act: 'note', actor: 'ana', reason: 'to be asked again', examples: 1, undoneBy: null },
    ]);
  });

  it('is none where everything holds already', async () => {
    const { triage } = await filledDesk();
    expect(await triage.buffer.curate({ act: 'release', of: { ids: [1] }, reason })).toMatchObject({
      edit: null,
      examples: 0,
    });
    expect(await triage.buffer.edits()).toEqual([]);
  });

  it('is all or nothing: an example that is not there stops it', async () => {
    const { triage } = await filledDesk();
    const thrown = await errorOf(triage.buffer.curate({ act: 'quarantine', of: { ids: [1, 99] }, reason }));
    expect(thrown).toMatchObject({ code: 'EXAMPLE_NOT_FOUND', message: 'triage has no example 99' });
    expect(await triage.buffer.edits()).toEqual([]);
  });

  it('is taken back whole, once, and not past a later change', async () => {
    const { triage } = await filledDesk();
    const { edit } = await triage.buffer.curate({ act: 'weigh', of: { ids: [1, 2] }, weight: 2, reason });
    const later = await triage.buffer.curate({ act: 'weigh', of: { ids: [2] }, weight: 0.5, reason });
    expect(await errorOf(triage.buffer.undo(edit!, { reason }))).toMatchObject({
      code: 'EDIT_OVERTAKEN',
      message: 'example 2 was changed again after edit 1',
    });
    await triage.buffer.undo(later.edit!, { reason });
    const undone = await triage.buffer.undo(edit!, { reason });
    expect(undone.changes).toMatchObject([{ after: { weight: 1 } }, { after: { weight: 1 } }]);
    expect(await errorOf(triage.buffer.undo(edit!, { reason }))).toMatchObject({ code: 'EDIT_UNDONE' });
    expect(await errorOf(triage.buffer.undo(77, { reason }))).toMatchObject({ code: 'EDIT_NOT_FOUND' });
    expect((await triage.buffer.edits()).map(({ undoes, undoneBy }) => [undoes, undoneBy])).toEqual([
      [1, null],
      [2, null],
      [null, 3],
      [null, 4],
    ]);
  });

  it('takes weights that are quarters up to 16 alone', async () => {
    const { triage } = await filledDesk();
    for (const weight of [0, 0.3, -1, 17, Number.NaN])
      expect(await errorOf(triage.buffer.curate({ act: 'weigh', of: { ids: [1] }, weight, reason }))).toMatchObject({
        code: 'USAGE',
      });
  });

  it('by two processes at once is two edits, one after the other', async () => {
    const desk = await filledDesk();
    const other = await openEspalier({ workspace: desk.folder, actor: 'ben' });
    const beside = await other.adapter();
    const edits = await Promise.all([
      ...[1, 3, 5, 7].map((id) => desk.triage.buffer.curate({ act: 'quarantine', of: { ids: [id, id + 1] }, reason })),
      ...[1, 3, 5, 7].map((id) => beside.buffer.curate({ act: 'weigh', of: { ids: [id, id + 1] }, weight: 4, reason })),
    ]);
    await other.close();
    expect(new Set(edits.map(({ edit }) => edit)).size).toBe(8);
    expect(edits.every(({ examples }) => examples === 2)).toBe(true);
  });
});

describe('the examples of an edit', () => {
  it('are those that fit a query, and every one only where that is said', async () => {
    const { triage } = await filledDesk();
    const weigh = (of: object, weight: number) => triage.buffer.curate({ act: 'weigh', weight, of, reason });
    expect(await weigh({ label: 'refund', split: 'train' }, 2)).toMatchObject({ examples: 8 });
    expect(await weigh({ search: 'shipping' }, 3)).toMatchObject({ examples: 10 });
    expect(await weigh({ where: ['id<=4'], ids: [3, 4, 5] }, 4)).toMatchObject({ examples: 2 });
    expect(await errorOf(weigh({}, 5))).toMatchObject({ code: 'USAGE' });
    expect(await weigh({ all: true }, 5)).toMatchObject({ examples: 20 });
    expect(await errorOf(weigh({ label: 'refnd' }, 6))).toMatchObject({ code: 'EXAMPLE_NOT_FOUND' });
  });
});

describe('an intake', () => {
  it('mends labels of texts that are there already, where that is asked for, as one edit', async () => {
    const { triage } = await filledDesk();
    const wrong = [
      { ...rows[0]!, label: 'shipping' },
      { text: rows[1]!.text.toUpperCase(), label: 'refund' },
      { text: 'a new text', label: 'refund' },
    ];
    expect(await triage.ingest(wrong.slice(0, 2), { domain: 'desk' }).catch(({ code }) => code)).toBe('INPUT_REJECTED');
    const report = await triage.ingest(wrong, { domain: 'desk', relabel: 'read again' });
    expect(report).toMatchObject({ accepted: 1, relabelled: 2, contradictions: 0, rejected: 0 });
    expect(await triage.buffer.edits()).toMatchObject([{ act: 'relabel', examples: 2, reason: 'read again' }]);
    expect((await triage.buffer.show(1)).label).toBe('shipping');
    expect((await triage.labels.list()).map(({ train, heldOut }) => train + heldOut)).toEqual([11, 10]);
  });

  it('takes one label for a text, whichever row says another', async () => {
    const { triage } = await filledDesk();
    const both = ['shipping', 'returns'].map((label) => ({ ...rows[0]!, label }));
    const report = await triage.ingest(both, { domain: 'desk', relabel: 'read again' });
    expect(report).toMatchObject({ relabelled: 1, contradictions: 1, rejected: 1 });
    expect(await errorOf(triage.ingest(both, { domain: 'desk', relabel: ' ' }))).toMatchObject({ code: 'USAGE' });
  });
});

describe('a pinned member', () => {
  it('stays, whatever the policy would choose, and counts towards the budget', async () => {
    const desk = await filledDesk();
    await desk.ship();
    const members = await desk.triage.buffer.list();
    const ids = members.slice(0, 3).map(({ id }) => id);
    await desk.triage.buffer.curate({ act: 'pin', of: { ids }, reason });
    for (const policy of ['reservoir', 'herding', 'k-centre', 'recency', 'margin', 'mixed']) {
      await desk.triage.buffer.reselect({ policy, budget: 4, reason });
      const kept = (await desk.triage.buffer.list()).map(({ id }) => id);
      expect(kept, policy).toHaveLength(4);
      expect(kept, policy).toEqual(expect.arrayContaining(ids));
    }
    await desk.triage.buffer.reselect({ policy: 'reservoir', budget: 3, reason });
    expect((await desk.triage.buffer.list()).map(({ id }) => id)).toEqual(ids);
  });

  it('is refused beyond the budget', async () => {
    const desk = await openDesk({ declare: (source) => source.replace('examples: 100', 'examples: 2') });
    await desk.triage.ingest(rows, { domain: 'desk' });
    expect(await errorOf(desk.triage.buffer.curate({ act: 'pin', of: { ids: [1, 2, 3] }, reason }))).toMatchObject({
      code: 'BUFFER_PINNED',
    });
  });
});

describe('the commands', () => {
  it('say what would change, change it, list it and take it back', async () => {
    const { folder } = await filledDesk();
    const run = <T>(...words: string[]) => succeedJson<T>(folder, words);
    expect(await run('buffer', 'quarantine', '1', '2', '--dry-run')).toMatchObject({ applied: false, examples: 2 });
    expect(await run('buffer', 'quarantine', '1', '2', '--reason', 'spam')).toMatchObject({ edit: 1, examples: 2 });
    expect(await run('labels', 'rename', 'refund', 'money_back', '--reason', 'new name')).toMatchObject({ edit: 2 });
    expect(await run('buffer', 'relabel', '2', '--to', 'money_back', '--reason', 'wrong')).toMatchObject({
      edit: 3,
    });
    expect(await run('buffer', 'undo', '3', '--reason', 'right after all')).toMatchObject({ edit: 4, act: 'undo' });
    expect(await run<unknown[]>('buffer', 'edits')).toHaveLength(4);
    expect(await run('labels', 'list')).toMatchObject([
      { label: 'money_back', quarantined: 1 },
      { label: 'shipping', quarantined: 1 },
    ]);
    expect((await espalier(folder, ['buffer', 'pin', '1'])).stderr).toContain('--reason');
    expect((await espalier(folder, ['labels', 'retire', 'nothing', '--reason', 'x'])).stderr).toContain(
      'LABEL_NOT_FOUND',
    );
  });
});
