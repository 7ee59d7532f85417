/** Lists training examples that are far from everything of their label. */
import { taskNamed } from '../declaration/tasks.js';
import { readDeclaration } from '../declaration/workspace.js';
import { findOutliers } from '../inspecting/outliers.js';
import { openChampionEncoder } from '../serving/champion.js';
import { type ExampleQuery, requireLimit } from './example-query.js';
import { selectedIds } from './selected-ids.js';
import type { Site } from './site.js';
import { standingRows } from './standing-rows.js';

export interface OutlierQuery extends ExampleQuery {
  /** Number of examples to tell; without it all. */
  readonly limit?: number | undefined;
}

export interface ListedOutlier {
  readonly id: number;
  readonly task: string;
  /** Of a multi-label task the label of the set that it is nearest to. */
  readonly label: string;
  readonly domain: string;
  readonly text: string;
  /** 1 - cosine, to the fifth nearest other example of the label; its median over the label; and the difference. */
  readonly distance: number;
  readonly usual: number;
  readonly score: number;
}

export interface OutlierListing {
  readonly adapter: string;
  /** Number of examples that were ranked, and of those that were not, since their label has fewer than three. */
  readonly examples: number;
  readonly tooFew: number;
  /** The farthest first. */
  readonly outliers: readonly ListedOutlier[];
}

/**
 * Ranks the training examples that are not quarantined. The query selects which are told; each is compared with all of
 * its label.
 * @throws ADAPTER_NOT_FOUND, TASK_UNKNOWN, ENCODER_MISMATCH, USAGE, INTERRUPTED
 */
export async function listOutliers(
  site: Pick<Site, 'workspace' | 'store' | 'versions' | 'openEncoder' | 'progress' | 'signal'>,
  adapter: string,
  { limit, task, ...query }: OutlierQuery = {},
): Promise<OutlierListing> {
  requireLimit(limit);
  const { workspace, store, progress, signal } = site;
  const declaration = await readDeclaration(workspace, adapter);
  const tasks = task === undefined ? declaration.tasks : [taskNamed(declaration, task)];
  const ids = await selectedIds(store, declaration, query);
  const encoder = await openChampionEncoder(site, declaration);
  const listed: ListedOutlier[] = [];
  let tooFew = 0;
  for (const { name, multiLabel = false } of tasks) {
    const rows = await standingRows(store, adapter, name);
    progress.begin(`outliers of ${name}`);
    const found = await findOutliers({ store, encoder, signal, progress }, rows, { isMultiLabel: multiLabel });
    progress.end(`${rows.length} examples`);
    tooFew += found.tooFew;
    for (const { row, label, distance, usual, score } of found.outliers) {
      const { id, domain, text } = row;
      if (ids?.has(id) ?? true) listed.push({ id, task: name, label, domain, text, distance, usual, score });
    }
  }
  const outliers = listed.sort((a, b) => b.score - a.score || a.id - b.id).slice(0, limit);
  return { adapter, examples: listed.length, tooFew, outliers };
}
