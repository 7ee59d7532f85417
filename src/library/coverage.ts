/** Tells which regions of what is stored the replay buffer covers. */
import { taskNamed } from '../declaration/tasks.js';
import { readDeclaration } from '../declaration/workspace.js';
import { type Coverage, measureCoverage } from '../inspecting/coverage.js';
import { openChampionEncoder } from '../serving/champion.js';
import type { Site } from './site.js';
import { standingRows } from './standing-rows.js';

export interface CoverageQuery {
  /** Without it each task. */
  readonly task?: string | undefined;
  /** Columns of the map; 76 by default. */
  readonly columns?: number | undefined;
}

export interface CoverageOfTask extends Coverage {
  readonly task: string;
  /** Number of training examples that are not quarantined; of more than 20,000 a sample is looked at. */
  readonly examples: number;
}

export interface CoverageReport {
  readonly adapter: string;
  readonly tasks: readonly CoverageOfTask[];
}

const usualColumns = 76;
const rowsOfMap = 20;

/** @throws ADAPTER_NOT_FOUND, TASK_UNKNOWN, ENCODER_MISMATCH, INTERRUPTED */
export async function reportCoverage(
  site: Pick<Site, 'workspace' | 'store' | 'versions' | 'openEncoder' | 'progress' | 'signal'>,
  adapter: string,
  { task, columns = usualColumns }: CoverageQuery = {},
): Promise<CoverageReport> {
  const { workspace, store, progress, signal } = site;
  const declaration = await readDeclaration(workspace, adapter);
  const named = task === undefined ? declaration.tasks : [taskNamed(declaration, task)];
  const encoder = await openChampionEncoder(site, declaration);
  const tasks: CoverageOfTask[] = [];
  for (const { name } of named) {
    progress.begin(`coverage of ${name}`);
    const rows = await standingRows(store, adapter, name);
    const request = { grid: { columns, rows: rowsOfMap }, seed: String(declaration.training.seed) };
    const found = await measureCoverage({ store, encoder, signal }, rows, request);
    progress.end(`${found.regions.length} regions of ${found.stored} examples`);
    tasks.push(Object.assign(found, { task: name, examples: rows.length }));
  }
  return { adapter, tasks };
}
