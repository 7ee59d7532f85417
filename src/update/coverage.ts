/** How much of its texts an update's encoder can read: input that is lost inside the encoder must be seen. */
import { setImmediate as letEventsThrough } from 'node:timers/promises';
import type { Encoder } from '../encoder/encoder.js';
import { listExamples } from '../store/examples.js';
import type { Coverage, Plan, UpdateContext } from './context.js';
import { listNew } from './fresh.js';

/** At most so many texts are looked at, the newest ones: several thousand a second are tokenised. */
const mostTexts = 5000;
const textsPerTurn = 128;

/** Of the new training examples and the held-out ones. */
export async function measureCoverage({ store, encoder }: UpdateContext, plan: Plan): Promise<Coverage> {
  const { name: adapter, tasks } = plan.declaration;
  const range = {
    adapter,
    tasks: tasks.map((task) => task.name),
    split: 'holdout',
    afterArrival: 0,
    throughArrival: plan.throughExample,
  } as const;
  const examples = [...(await listNew(store, plan, !plan.reencode)), ...(await listExamples(store, range))];
  const newest = examples.sort((a, b) => b.id - a.id).slice(0, mostTexts);
  return coverTexts(
    encoder,
    newest.map(({ text }) => text),
  );
}

export async function coverTexts(encoder: Pick<Encoder, 'isCut' | 'knowsAny'>, texts: readonly string[]): Promise<Coverage> {
  let cut = 0;
  let unknown = 0;
  for (const [index, text] of texts.entries()) {
    if (index % textsPerTurn === textsPerTurn - 1) await letEventsThrough();
    if (encoder.isCut(text)) cut++;
    if (!encoder.knowsAny(text)) unknown++;
  }
  return { texts: texts.length, cut, unknown };
}

/** Nothing where every text was read whole. */
export function noteCoverage({ texts, cut, unknown }: Coverage = { texts: 0, cut: 0, unknown: 0 }): string[] {
  const share = (count: number) => `${count} of ${texts} texts (${((100 * count) / texts).toFixed(1)} %)`;
  return [
    ...(cut === 0
      ? []
      : [`${share(cut)} are longer than the encoder reads; their ends were cut off, and what stands there cannot be learned.`]),
    ...(unknown === 0 ? [] : [`${share(unknown)} have no token that the encoder knows; nothing of their meaning can be learned.`]),
  ];
}
