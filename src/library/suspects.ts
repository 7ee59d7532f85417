/** Lists examples whose labels are probably wrong. */
import { readDeclaration } from '../declaration/workspace.js';
import { openInspected } from '../inspecting/inspected.js';
import { findSuspects, type Suspect, type SuspectsOfTask } from '../inspecting/suspects.js';
import { requireLearned } from './asked-texts.js';
import { type ExampleQuery, requireLimit } from './example-query.js';
import { selectedIds } from './selected-ids.js';
import type { Site } from './site.js';

export interface SuspectQuery extends ExampleQuery {
  /** Number of suspects to tell; without it all. */
  readonly limit?: number | undefined;
}

export interface SuspectListing {
  readonly adapter: string;
  /** The champion that was asked. */
  readonly version: number;
  readonly tasks: readonly Omit<SuspectsOfTask, 'suspects'>[];
  /** Number of suspects found. */
  readonly found: number;
  /** The most doubtful first. */
  readonly suspects: readonly Suspect[];
}

/**
 * Examines the examples that the champion has learned and the query means; without a task each task is examined.
 * @throws ADAPTER_NOT_FOUND, TASK_UNKNOWN, NO_CHAMPION, ENCODER_MISMATCH, ADAPTER_INVALID, USAGE, INTERRUPTED
 */
export async function listSuspects(
  site: Pick<Site, 'workspace' | 'store' | 'versions' | 'openEncoder' | 'progress' | 'signal'>,
  adapter: string,
  { limit, task, ...query }: SuspectQuery = {},
): Promise<SuspectListing> {
  requireLimit(limit);
  const { workspace, store, progress, signal } = site;
  const declaration = await readDeclaration(workspace, adapter);
  const ids = await selectedIds(store, declaration, query);
  const champion = await openInspected(site, declaration);
  const tasks: SuspectsOfTask[] = [];
  for (const { name } of requireLearned(declaration, champion.manifest, task))
    tasks.push(await findSuspects(champion, { task: name, ids, progress, signal }));
  const suspects = tasks.flatMap((found) => found.suspects).sort((a, b) => b.score - a.score || a.id - b.id);
  return {
    adapter,
    version: champion.manifest.version,
    tasks: tasks.map(({ suspects: _, ...found }) => found),
    found: suspects.length,
    suspects: suspects.slice(0, limit),
  };
}
