/** Checks what arrived since the champion was trained, where nobody has done so yet: for the schedule. */
import { noProgress } from '../core/progress.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import type { ServingContext } from '../serving/champion.js';
import { findChampionVersion } from '../store/candidates.js';
import { listIntakes } from '../store/intakes.js';
import { readLearned } from '../store/learned.js';
import { checkIntakes } from './check-intakes.js';

/** Older batches than these are left to `espalier drift`: a look of the schedule must end. */
const mostBatches = 20;

/** @throws what `checkIntakes` throws */
export async function checkArrivals(
  context: ServingContext,
  declaration: AdapterDeclaration,
  { signal, now }: { readonly signal: AbortSignal; readonly now: Date },
): Promise<void> {
  const { queries } = context.store;
  const adapter = declaration.name;
  const version = await findChampionVersion(queries, adapter);
  if (version === null) return;
  const { through } = await readLearned(queries, { adapter, version });
  const isDeclared = (task: string) => declaration.tasks.some(({ name }) => name === task);
  const intakes = (await listIntakes(queries, adapter))
    .filter(({ task, last }) => isDeclared(task) && through.has(task) && last > through.get(task)!)
    .slice(-mostBatches);
  const request = { declaration, intakes, again: false, signal, progress: noProgress, now };
  await checkIntakes(context, version, request);
}
