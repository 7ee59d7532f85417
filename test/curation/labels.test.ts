/** Labels that are renamed, merged, split and retired, and what the champion makes of it. */
import { describe, expect, it } from 'vitest';
import { testRows } from '#espalier/testing/testing.js';
import { errorOf } from '../support/errors.js';
import { copyOfDesk, type Desk, openDesk } from './support.js';

const labels = ['refund', 'shipping', 'invoice'];
const rows = testRows(labels, 16);
const reason = 'a test';
const answerTo = async ({ triage }: Desk, text: string) =>
  (await triage.predict([text], { alwaysAnswer: true }))[0]!.label;

const trainedDesk = (strategy = 'analytic') =>
  copyOfDesk(strategy, async () => {
    const desk = await openDesk({ declare: (source) => source.replace('strategy: analytic', `strategy: ${strategy}`) });
    await desk.triage.ingest(rows, { domain: 'desk' });
    await desk.ship();
    return desk;
  });

const listed = async ({ triage }: Desk) =>
  Object.fromEntries(
    (await triage.labels.list()).map(({ label, train, heldOut, champion }) => [label, { train, heldOut, champion }]),
  );

describe('a renamed label', () => {
  it.each(['analytic', 'replay', 'slda'])('keeps its class in the head of %s, bit for bit', async (strategy) => {
    const desk = await trainedDesk(strategy);
    await desk.triage.labels.rename('refund', 'money_back', { reason });
    expect(await answerTo(desk, rows[0]!.text)).toBe('refund');
    const update = await desk.ship();
    expect(await answerTo(desk, rows[0]!.text)).toBe('money_back');
    expect(desk.bytesOf(2, 'adapter.safetensors').equals(desk.bytesOf(1, 'adapter.safetensors'))).toBe(true);
    // The champion is asked under the names that labels have now: nothing was gained by a name.
    expect(update.report.rows.filter(({ difference }) => difference !== 0)).toEqual([]);
  });

  it('takes its counts along, and its old name is free again', async () => {
    const desk = await trainedDesk();
    await desk.triage.labels.rename('refund', 'money_back', { reason });
    expect(await listed(desk)).toMatchObject({ money_back: { train: 12, heldOut: 4, champion: 'answers' } });
    await desk.triage.labels.rename('money_back', 'refund', { reason });
    expect(await listed(desk)).toMatchObject({ refund: { train: 12, heldOut: 4, champion: 'answers' } });
    expect(await errorOf(desk.triage.update())).toMatchObject({ code: 'NOTHING_TO_LEARN' });
  });

  it('cannot take a name that has examples, nor one that is none', async () => {
    const desk = await trainedDesk();
    const refused = (from: string, to: string) => errorOf(desk.triage.labels.rename(from, to, { reason }));
    expect(await refused('refund', 'shipping')).toMatchObject({ code: 'LABEL_EXISTS' });
    expect(await refused('refnd', 'money')).toMatchObject({ code: 'LABEL_NOT_FOUND', hint: 'Did you mean `refund`?' });
    expect(await refused('refund', '')).toMatchObject({ code: 'LABEL_INVALID' });
    expect(await refused('refund', 'null')).toMatchObject({ code: 'LABEL_INVALID' });
  });

  it('is refused where the task declares a closed list without it', async () => {
    const desk = await openDesk({
      declare: (source) => source.replace('  - name: label', `  - name: label\n    labels: [${labels.join(', ')}]`),
    });
    await desk.triage.ingest(rows, { domain: 'desk' });
    const thrown = await errorOf(desk.triage.labels.rename('refund', 'refnd', { reason }));
    expect(thrown).toMatchObject({ code: 'LABEL_INVALID', hint: expect.stringContaining('The nearest is `refund`') });
  });
});

describe('merged labels', () => {
  it('are one class: the champion is judged as if it had always answered so, and the other is never answered', async () => {
    const desk = await trainedDesk();
    const done = await desk.triage.labels.merge(['refund', 'shipping'], 'order', { reason });
    expect(done).toMatchObject({ examples: 32, applied: true, summary: 'merge `refund`, `shipping` into `order`' });
    const update = await desk.ship();
    expect(update.report.notes.join(' ')).toMatch(/12 examples that the champion learned were changed/);
    expect(await answerTo(desk, rows[0]!.text)).toBe('order');
    expect(await answerTo(desk, rows[1]!.text)).toBe('order');
    expect(await listed(desk)).toMatchObject({ order: { train: 24, heldOut: 8, champion: 'answers' } });
    expect(await errorOf(desk.triage.labels.rename('shipping', 'x', { reason }))).toMatchObject({
      code: 'LABEL_NOT_FOUND',
    });
  });

  it('are parted again by undo, and the classes come back', async () => {
    const desk = await trainedDesk();
    const { edit } = await desk.triage.labels.merge(['refund', 'shipping'], 'order', { reason });
    await desk.ship();
    await desk.triage.buffer.undo(edit!, { reason });
    await desk.ship();
    expect(await answerTo(desk, rows[0]!.text)).toBe('refund');
    expect(await answerTo(desk, rows[1]!.text)).toBe('shipping');
    expect(await listed(desk)).not.toHaveProperty('order');
  });
});

describe('a split label', () => {
  it('gives its examples new labels, which the next version answers', async () => {
    const desk = await trainedDesk();
    const answers = new Map<number, string>();
    for (const [place, { text }] of rows.filter(({ label }) => label === 'refund').entries())
      answers.set(await desk.idOf(text), place % 2 === 0 ? 'even' : 'odd');
    const done = await desk.triage.labels.split('refund', answers, { reason });
    expect(done).toMatchObject({ examples: 16, summary: 'split `refund` into `even`, `odd`' });
    await desk.ship();
    expect(Object.keys(await listed(desk))).toEqual(['even', 'invoice', 'odd', 'shipping']);
    expect(await answerTo(desk, rows[0]!.text)).toMatch(/^(even|odd)$/);
  });

  it('is refused for an example that has another label', async () => {
    const desk = await trainedDesk();
    const answers = new Map([[await desk.idOf(rows[1]!.text), 'even']]);
    expect(await errorOf(desk.triage.labels.split('refund', answers, { reason }))).toMatchObject({
      code: 'EXAMPLE_NOT_FOUND',
    });
  });
});

describe('a retired label', () => {
  it.each(['analytic', 'finetune'])('is never answered again by %s, and comes back by undo', async (strategy) => {
    const desk = await trainedDesk(strategy);
    const { edit } = await desk.triage.labels.retire('refund', { reason });
    const update = await desk.ship();
    expect(update.report.verdict).not.toBe('fail');
    const [asked] = await desk.triage.predict([rows[0]!.text], { alwaysAnswer: true });
    expect(asked!.label).not.toBe('refund');
    expect(await listed(desk)).toMatchObject({ refund: { train: 12, heldOut: 4 } });
    await desk.triage.buffer.undo(edit!, { reason });
    await desk.ship();
    expect(await answerTo(desk, rows[0]!.text)).toBe('refund');
  });
});
