/** Fills the cache with every text that the later stages read, so that they need not wait for the encoder. */
import { warmCache } from '../../encoder/cached.js';
import { type Coverage, coverTexts, describeCoverage } from '../../encoder/coverage.js';
import { examinesAnswers } from '../../evaluation/kinds.js';
import { textsOf } from '../../evaluation/suites.js';
import { type Example, listExamples } from '../../store/examples.js';
import { movesEmbedding } from '../../training/heads.js';
import { strategyNamed } from '../../training/strategies.js';
import { type Plan, readChampionManifest, type UpdateContext } from '../context.js';
import { listNew, standingsOf } from '../fresh.js';
import { readDeclaredSuites } from '../suites.js';

export interface Encoded {
  /** Number of texts that the encoder encoded. */
  readonly encoded: number;
  /** Number of texts that the encoder cannot read. Examples among them are left out. */
  readonly unreadable: number;
  /** Coverage of new and held-out examples; absent in runs of an earlier Espalier. */
  readonly coverage?: Coverage;
}

export async function encodeTexts(
  { store, encoder, versions, workspace, progress, signal }: UpdateContext,
  plan: Plan,
): Promise<Encoded> {
  const { name, tasks } = plan.declaration;
  const range = { adapter: name, tasks: tasks.map((task) => task.name), throughArrival: plan.throughExample };
  const fresh = await listNew(store, plan, !plan.reencode);
  const standings = await standingsOf(store, plan);
  const held = standings.among(await listExamples(store, { ...range, split: 'holdout', afterArrival: 0 }));
  const mayMove = plan.reencode || (await anyMoves(versions, plan));
  const asked = (await readDeclaredSuites(workspace, plan.declaration)).filter(
    ({ suite }) => mayMove || examinesAnswers(suite.kind),
  );
  const suiteTexts = asked.flatMap(({ suite }) => textsOf(suite));
  const examples = [...fresh, ...held];
  const texts = [...examples.map(({ text }) => text), ...suiteTexts];
  const { encoded, unreadable } = await warmCache(store, encoder, texts, {
    signal,
    progress: (done, total) => progress.advance(done, total, 'texts'),
  });
  return { encoded, unreadable: unreadable.size, coverage: await coverTexts(encoder, newestFirst(examples)) };
}

function newestFirst(examples: readonly Example[]): string[] {
  return [...examples].sort((a, b) => b.id - a.id).map(({ text }) => text);
}

export function describeEncoded({ encoded, unreadable = 0, coverage }: Partial<Encoded>): string {
  const leftOut = unreadable === 0 ? [] : [`the encoder cannot read ${unreadable}, which are left out`];
  return [`${encoded} texts were new`, ...leftOut, ...describeCoverage(coverage)].join('; ');
}

/**
 * Whether the champion or a contender may change the embedding. If none does, suites of the encoder are neither scored
 * nor encoded.
 */
async function anyMoves(versions: UpdateContext['versions'], plan: Plan): Promise<boolean> {
  const champion = await readChampionManifest(versions, plan);
  const { head } = plan.declaration.training;
  const trained = plan.field
    .map(strategyNamed)
    .map(({ headKinds }) => (head !== undefined && headKinds.includes(head) ? head : headKinds[0]!));
  return [...trained, ...(champion ? [champion.headKind] : [])].some(movesEmbedding);
}
