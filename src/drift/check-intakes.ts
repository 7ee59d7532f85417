/** Checks the batches of examples that arrived, each once for a version of the champion. */
import { EspalierError } from '../core/errors.js';
import type { Progress } from '../core/progress.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import type { ServingContext } from '../serving/champion.js';
import type { StoredIntake } from '../store/intakes.js';
import { batchOfIntake, nameOfArrivals } from './batches.js';
import { type AskedChampion, askChampion } from './champion-asked.js';
import { compareBatch } from './compare-batch.js';
import type { BatchDrift } from './drift-check.js';
import { keepCheck, keyOf, listKeptChecks } from './kept-checks.js';

export interface CheckRequest {
  readonly declaration: AdapterDeclaration;
  readonly intakes: readonly StoredIntake[];
  /** Compares batches again that were compared before. */
  readonly again: boolean;
  readonly signal: AbortSignal;
  readonly progress: Progress;
  readonly now: Date;
}

/**
 * In the order of the intakes. What the champion has learned, and tasks that it does not know, must be left out before.
 * The champion is opened only if a batch is missing.
 * @throws NO_CHAMPION, ENCODER_MISMATCH, ADAPTER_INVALID, INTERRUPTED
 */
export async function checkIntakes(
  context: ServingContext,
  version: number,
  { declaration, intakes, again, signal, progress, now }: CheckRequest,
): Promise<BatchDrift[]> {
  const { store } = context;
  const kept = again ? new Map() : await listKeptChecks(store.queries, { adapter: declaration.name, version });
  const isMissing = (intake: StoredIntake) => !kept.has(keyOf(intake.task, nameOfArrivals(intake)));
  const checks: BatchDrift[] = [];
  let champion: AskedChampion | undefined;
  progress.begin('drift');
  try {
    for (const [index, intake] of intakes.entries()) {
      if (signal.aborted) throw new EspalierError('INTERRUPTED', `stopped after ${index} of ${intakes.length} batches`);
      if (isMissing(intake)) {
        champion ??= await askChampion(context, declaration);
        const task = declaration.tasks.find(({ name }) => name === intake.task)!;
        const batch = await batchOfIntake(store, declaration.name, intake);
        const check = await compareBatch(champion, { task, batch, signal, now });
        await keepCheck(store, check);
        checks.push(check);
      } else checks.push(kept.get(keyOf(intake.task, nameOfArrivals(intake)))!);
      progress.advance(index + 1, intakes.length, 'batches');
    }
  } finally {
    await champion?.close();
  }
  progress.end(`${checks.length} batches compared with version ${version}`);
  return checks;
}
