/** Intake as every caller uses it: what an eval suite asks is kept out whoever calls, and rejected rows have their place in the workspace. */
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { sweepFolder } from '../core/left-behind.js';
import type { Workspace } from '../declaration/workspace.js';
import { collectEvalTexts } from '../evaluation/suites.js';
import type { Store } from '../store/database.js';
import { ingest } from './intake.js';
import type { IntakeReport, IntakeRequest } from './intake-report.js';

export type TakeRequest = Omit<IntakeRequest, 'evalTexts' | 'rejectsFile'>;

/** @throws what `ingest` throws, SUITE_INVALID */
export async function takeExamples(workspace: Workspace, store: Store, request: TakeRequest): Promise<IntakeReport> {
  const name = `${request.now.toISOString().replaceAll(':', '-')}-${randomUUID().slice(0, 8)}.jsonl`;
  const rejectsFile = join(workspace.root, 'replay-store', 'rejects', name);
  await sweepFolder(dirname(rejectsFile), new Date());
  return ingest(store, { ...request, evalTexts: await collectEvalTexts(workspace.suiteFolders), rejectsFile });
}
