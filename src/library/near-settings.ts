/** What a search for similar texts may be told, and the searches that it comes to. */
import { EspalierError } from '../core/errors.js';
import { taskNamed } from '../declaration/tasks.js';
import { readDeclaration } from '../declaration/workspace.js';
import type { PairSearch } from '../measuring/near-pairs.js';
import type { Site } from './site.js';

export interface NearSettings {
  /** Smallest Jaccard similarity, from 0.5 to 1; without it what `intake.nearDuplicates` declares, otherwise 0.8. */
  readonly threshold?: number | undefined;
  /** Without it all tasks, each on its own. */
  readonly task?: string | undefined;
  /** Number of groups or pairs to describe; without it all. */
  readonly limit?: number | undefined;
}

/** One search a task. @throws ADAPTER_NOT_FOUND, TASK_UNKNOWN, USAGE */
export async function searchesOf(
  { workspace, progress, signal }: Pick<Site, 'workspace' | 'progress' | 'signal'>,
  adapter: string,
  settings: NearSettings,
): Promise<{ searches: PairSearch[]; threshold: number; limit: number }> {
  const declaration = await readDeclaration(workspace, adapter);
  const {
    threshold = declaration.intake?.nearDuplicates?.threshold ?? 0.8,
    task,
    limit = Number.POSITIVE_INFINITY,
  } = settings;
  if (!(threshold >= 0.5 && threshold <= 1))
    throw new EspalierError('USAGE', `a threshold of ${threshold} is not a similarity from 0.5 to 1`, {
      hint: 'Give `threshold` as 0.8, or nearer to 1 for texts that are more alike.',
      parameters: ['threshold'],
    });
  if (!(limit >= 1))
    throw new EspalierError('USAGE', `a limit of ${limit} shows nothing`, {
      hint: 'Give `limit` as a whole number, such as 20.',
      parameters: ['limit'],
    });
  const tasks = task === undefined ? declaration.tasks : [taskNamed(declaration, task)];
  return {
    searches: tasks.map(({ name }) => ({ adapter, task: name, threshold, progress, signal })),
    threshold,
    limit,
  };
}
