/** Fills the cache with every text that the later stages will ask for, so that they wait for no encoder. */
import { warmCache } from '../encoder/cached.js';
import { textsOf } from '../evaluation/suites.js';
import { listExamples } from '../store/examples.js';
import type { Plan, UpdateContext } from './context.js';
import { readDeclaredSuites } from './suites.js';

export async function encodeTexts(
  { store, encoder, workspace, progress, signal }: UpdateContext,
  plan: Plan,
): Promise<{ encoded: number }> {
  const { name, tasks } = plan.declaration;
  const range = { adapter: name, tasks: tasks.map((task) => task.name), throughId: plan.throughExample };
  const fresh = await listExamples(store, { ...range, split: 'train', afterId: plan.afterExample });
  const held = await listExamples(store, { ...range, split: 'holdout', afterId: 0 });
  const suiteTexts = (await readDeclaredSuites(workspace, plan.declaration)).flatMap(({ suite }) => textsOf(suite));
  const texts = [...[...fresh, ...held].map((example) => example.text), ...suiteTexts];
  const encoded = await warmCache(store, encoder, texts, { signal, progress: (done, total) => progress.advance(done, total, 'texts') });
  return { encoded };
}
