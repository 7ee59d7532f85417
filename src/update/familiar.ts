/**
 * The words and pieces a version has learned to recognise: its champion's, if it continues from the champion, and those
 * of new examples.
 */
import { largestOf } from '../core/sequences.js';
import { learnPieces } from '../encoder/pieces.js';
import { listExamples } from '../store/examples.js';
import { hasLearned, readLearned } from '../store/learned.js';
import { readPieces } from '../versions/version-folder.js';
import { championOf, type Mix, type Plan, readChampionManifest, type UpdateContext } from './context.js';
import { listNew } from './fresh.js';

/** @throws ADAPTER_INVALID, STORE_CORRUPT */
export async function piecesLearned(context: UpdateContext, plan: Plan, mix: Mix): Promise<Int32Array> {
  const leftOut = new Set([...mix.leakedIds, ...mix.unreadableIds]);
  const fresh = (await listNew(context.store, plan, mix.continues)).filter(({ id }) => !leftOut.has(id));
  const before = mix.continues ? await piecesOfChampion(context, plan) : undefined;
  return learnPieces(
    fresh.map(({ text }) => text),
    before,
  );
}

/** For a champion made before pieces were stored, they are computed from the examples that it learned. */
async function piecesOfChampion({ versions, store }: UpdateContext, plan: Plan): Promise<Int32Array | undefined> {
  const champion = await readChampionManifest(versions, plan);
  if (!champion) return undefined;
  const { name: adapter } = plan.declaration;
  const kept = await readPieces(versions, champion);
  if (kept) return kept;
  const known = await readLearned(store.queries, championOf(plan));
  const range = {
    adapter,
    tasks: [...known.through.keys()],
    afterArrival: 0,
    throughArrival: largestOf([0, ...known.through.values()]),
  };
  const shown = await listExamples(store, { ...range, split: 'train' });
  return learnPieces(shown.filter((example) => hasLearned(known, example)).map(({ text }) => text));
}
