/** `buffer suspects` on workspaces: planted wrong labels are found, and what cannot be told is said. */
import { describe, expect, it } from 'vitest';
import { testRows } from '#espalier/testing/testing.js';
import { openDesk } from '../curation/support.js';
import { espalier, succeed } from '../support/command.js';
import { errorOf } from '../support/errors.js';

const labels = ['refund', 'shipping', 'invoice'];
const rows = testRows(labels, 24);
/** Every twentieth row bears the next label. */
const planted = rows.map((row, index) => {
  const label = labels[(labels.indexOf(row.label) + 1) % labels.length]!;
  return index % 20 === 5 ? { ...row, label } : row;
});
const isPlanted = (text: string) =>
  rows.find((row) => row.text === text)!.label !== planted.find((row) => row.text === text)!.label;

async function trainedDesk(strategy = 'analytic') {
  const desk = await openDesk({ declare: (source) => source.replace('strategy: analytic', `strategy: ${strategy}`) });
  await desk.triage.ingest(planted, { domain: 'd' });
  await desk.ship();
  const learned = await desk.triage.listExamples({ split: 'train' });
  return { desk, learned, wrong: learned.filter(({ text }) => isPlanted(text)) };
}

describe('suspects', () => {
  it('are led by the planted labels, with the right label proposed', async () => {
    const { desk, learned, wrong } = await trainedDesk();
    const found = await desk.triage.buffer.suspects();
    expect(wrong.length).toBeGreaterThan(0);
    expect(found).toMatchObject({ adapter: 'triage', version: 1 });
    expect(found.tasks).toMatchObject([{ task: 'label', examined: learned.length, neighboursAlone: null, revised: 0 }]);
    const first = found.suspects.slice(0, wrong.length);
    expect(first.map(({ id }) => id).sort()).toEqual(wrong.map(({ id }) => id).sort());
    for (const suspect of first) {
      expect(suspect.proposed).toBe(rows.find(({ text }) => text === suspect.text)!.label);
      expect(suspect.proposedProbability!).toBeGreaterThan(suspect.labelProbability!);
      expect(suspect.about).toBeNull();
    }
    expect(found.suspects).toEqual([...found.suspects].sort((a, b) => b.score - a.score || a.id - b.id));
    expect(await desk.triage.buffer.suspects()).toEqual(found);
    const one = await desk.triage.buffer.suspects({ limit: 1 });
    expect([one.suspects.length, one.found]).toEqual([1, found.found]);
  });

  it('are examined among the selected examples alone, with neighbours among all', async () => {
    const { desk, learned, wrong } = await trainedDesk();
    const ids = [wrong[0]!.id, learned[0]!.id];
    const found = await desk.triage.buffer.suspects({ ids });
    expect(found.tasks).toMatchObject([{ examined: 2, references: learned.length }]);
    expect(found.suspects[0]!.id).toBe(wrong[0]!.id);
    const none = await desk.triage.buffer.suspects({ label: 'no such label' });
    expect(none).toMatchObject({ found: 0, tasks: [{ examined: 0, estimate: 0 }] });
  });

  it('are not told again once they were relabelled or quarantined', async () => {
    const { desk, wrong } = await trainedDesk();
    const [one, other] = (await desk.triage.buffer.suspects({ limit: 2 })).suspects;
    const reason = 'reviewed';
    await desk.triage.buffer.curate({ act: 'relabel', label: one!.proposed, of: { ids: [one!.id] }, reason });
    await desk.triage.buffer.curate({ act: 'quarantine', of: { ids: [other!.id] }, reason });
    const found = await desk.triage.buffer.suspects();
    expect(found.tasks[0]!.revised).toBe(2);
    expect(found.suspects.map(({ id }) => id)).not.toContain(one!.id);
    expect(found.suspects.map(({ id }) => id)).not.toContain(other!.id);
    expect(wrong.length).toBeGreaterThan(1);
  });

  it('have the names that labels bear now', async () => {
    const { desk } = await trainedDesk();
    await desk.triage.labels.rename('refund', 'money back', { reason: 'a test' });
    const found = await desk.triage.buffer.suspects();
    expect(found.tasks[0]!.revised).toBe(0);
    const named = found.suspects.flatMap(({ label, proposed }) => [label, proposed]);
    expect(named).toContain('money back');
    expect(named).not.toContain('refund');
  });

  it('are ranked by neighbours alone where the strategy keeps no sums, and it is said', async () => {
    const { desk, wrong } = await trainedDesk('replay');
    const found = await desk.triage.buffer.suspects();
    expect(found.tasks).toMatchObject([{ estimate: null, neighboursAlone: expect.stringContaining('no sums') }]);
    const first = found.suspects.slice(0, wrong.length + 2).map(({ id }) => id);
    for (const { id } of wrong) expect(first).toContain(id);
    expect(found.suspects[0]).toMatchObject({ labelProbability: null, proposedProbability: null });
    expect(await succeed(desk.folder, ['buffer', 'suspects'])).toContain('ranked by neighbours');
  });

  it('in a multi-label task are the label that is missing, or one too many', async () => {
    const desk = await openDesk({
      declare: (source) => source.replace('- name: label', '- name: label\n    multiLabel: true'),
    });
    const sets = rows.map(({ text, label }, index) => ({
      text,
      labels: index % 27 === 0 ? [label, 'shipping'] : [label],
    }));
    await desk.triage.ingest(sets, { domain: 'd' });
    await desk.ship();
    const { suspects, tasks } = await desk.triage.buffer.suspects();
    expect(tasks[0]!.neighboursAlone).toBeNull();
    const learned = new Set((await desk.triage.listExamples({ split: 'train' })).map(({ text }) => text));
    const doubled = sets.filter(({ text, labels: set }) => set.length === 2 && learned.has(text));
    expect(doubled.length).toBeGreaterThan(0);
    for (const { text, labels: set } of doubled)
      expect(suspects.find((suspect) => suspect.text === text)).toMatchObject({
        about: 'shipping',
        label: JSON.stringify([...set].sort()),
        proposed: JSON.stringify([set[0]]),
      });
  });

  it('need a champion', async () => {
    const desk = await openDesk();
    await desk.triage.ingest(rows, { domain: 'd' });
    expect(await errorOf(desk.triage.buffer.suspects())).toMatchObject({ code: 'NO_CHAMPION' });
    expect(await errorOf(desk.triage.buffer.suspects({ limit: 0 }))).toMatchObject({ code: 'USAGE' });
    await desk.ship();
    expect(await errorOf(desk.triage.buffer.suspects({ task: 'other' }))).toMatchObject({ code: 'TASK_UNKNOWN' });
  });
});

describe('the command', () => {
  it('ends with words that mend a label, quoted for a shell, and shows no escape of a text', async () => {
    const desk = await openDesk();
    const named = (label: string) => (label === 'refund' ? "customer's refund" : label);
    const hostile = planted.map(({ text, label }) => ({ text: `${text} <b>\u202e`, label: named(label) }));
    await desk.triage.ingest(hostile, { domain: 'd' });
    await desk.ship();
    const { code, stdout } = await espalier(desk.folder, ['buffer', 'suspects', '--limit', '30']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/triage, version 1: \d+ suspects\n/);
    expect(stdout).toMatch(/buffer relabel \d+ --to \S+.* --adapter triage --reason '\.\.\.'/);
    expect(stdout).toMatch(/buffer quarantine \d+( \d+)* --adapter triage --reason '\.\.\.'\n$/);
    for (const character of ['\u001b', '\u202e']) expect(stdout).not.toContain(character);
    for (const line of stdout.split('\n').filter((own) => !own.includes('--reason')))
      expect([...line].length, line).toBeLessThanOrEqual(80);
  });
});
