/** Fills the cache with every text that the later stages will ask for, so that they wait for no encoder. */
import { warmCache } from '../encoder/cached.js';
import { examinesAnswers } from '../evaluation/kinds.js';
import { textsOf } from '../evaluation/suites.js';
import { listExamples } from '../store/examples.js';
import { movesEmbedding } from '../training/heads.js';
import { strategyNamed } from '../training/strategies.js';
import { type Plan, readChampionManifest, type UpdateContext } from './context.js';
import { readDeclaredSuites } from './suites.js';

export async function encodeTexts(
  { store, encoder, workspace, progress, signal }: UpdateContext,
  plan: Plan,
): Promise<{ encoded: number }> {
  const { name, tasks } = plan.declaration;
  const range = { adapter: name, tasks: tasks.map((task) => task.name), throughId: plan.throughExample };
  const fresh = await listExamples(store, { ...range, split: 'train', afterId: plan.afterExample });
  const held = await listExamples(store, { ...range, split: 'holdout', afterId: 0 });
  const mayMove = await anyMoves(workspace, plan);
  const asked = (await readDeclaredSuites(workspace, plan.declaration)).filter(({ suite }) => mayMove || examinesAnswers(suite.kind));
  const suiteTexts = asked.flatMap(({ suite }) => textsOf(suite));
  const texts = [...[...fresh, ...held].map((example) => example.text), ...suiteTexts];
  const encoded = await warmCache(store, encoder, texts, { signal, progress: (done, total) => progress.advance(done, total, 'texts') });
  return { encoded };
}

/** Whether the champion or a contender may change the embedding. Where none does, suites of the encoder are not scored, and need not be encoded. */
async function anyMoves(workspace: UpdateContext['workspace'], plan: Plan): Promise<boolean> {
  const champion = await readChampionManifest(workspace, plan);
  const { head } = plan.declaration.training;
  const trained = plan.field
    .map(strategyNamed)
    .map(({ headKinds }) => (head !== undefined && headKinds.includes(head) ? head : headKinds[0]!));
  return [...trained, ...(champion ? [champion.headKind] : [])].some(movesEmbedding);
}
