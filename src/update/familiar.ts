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
import { listNew, standingsOf } from './fresh.js';

/** @throws ADAPTER_INVALID, STORE_CORRUPT */
export async function piecesLearned(context: UpdateContext, plan: Plan, mix: Mix): Promise<Int32Array> {
  const leftOut = new Set([...mix.leakedIds, ...mix.unreadableIds]);
  const fresh = (await listNew(context.store, plan, mix.continues)).filter(({ id }) => !leftOut.has(id));
  const before = mix.continues ? await piecesBefore(context, plan, mix) : undefined;
  return learnPieces(
    fresh.map(({ text }) => text),
    before,
  );
}

/**
 * The champion's. Where something that it learned is taken out, and for a champion made before pieces were stored, they
 * are computed from the examples that it learned and that stand.
 */
async function piecesBefore(
  { versions, store }: UpdateContext,
  plan: Plan,
  { withdrawn = 0 }: Mix,
): Promise<Int32Array | undefined> {
  const champion = await readChampionManifest(versions, plan);
  if (!champion) return undefined;
  const { name: adapter } = plan.declaration;
  const kept = withdrawn === 0 ? await readPieces(versions, champion) : undefined;
  if (kept) return kept;
  const known = await readLearned(store.queries, championOf(plan));
  const range = {
    adapter,
    tasks: [...known.through.keys()],
    afterArrival: 0,
    throughArrival: largestOf([0, ...known.through.values()]),
  };
  const shown = await listExamples(store, { ...range, split: 'train' });
  const standing = (await standingsOf(store, plan)).among(shown.filter((example) => hasLearned(known, example)));
  return learnPieces(standing.map(({ text }) => text));
}
