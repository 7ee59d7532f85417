/**
 * Intake as every caller uses it: what an eval suite asks is kept out whoever calls, and rejected rows have their place
 * in the workspace.
 */
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { EspalierError } from '../core/errors.js';
import { sweepFolder } from '../core/left-behind.js';
import type { Workspace } from '../declaration/workspace.js';
import { type Coverage, coverTexts, mostTexts } from '../encoder/coverage.js';
import type { Tokeniser } from '../encoder/tokeniser.js';
import { collectEvalTexts } from '../evaluation/suites.js';
import type { Store } from '../store/database.js';
import { ingest } from './intake.js';
import type { IntakeReport, IntakeRequest } from './intake-report.js';
import { TextSample } from './text-sample.js';

export interface TakeRequest extends Omit<IntakeRequest, 'evalTexts' | 'rejectsFile' | 'onAccepted'> {
  /**
   * Of the adapter's encoder; undefined where that is not there yet. Without it nothing is said of what the encoder can
   * read.
   */
  readonly openTokeniser?: () => Promise<Pick<Tokeniser, 'readingOf'> | undefined>;
}

/** @throws what `ingest` throws, SUITE_INVALID */
export async function takeExamples(workspace: Workspace, store: Store, request: TakeRequest): Promise<IntakeReport> {
  const name = `${request.now.toISOString().replaceAll(':', '-')}-${randomUUID().slice(0, 8)}.jsonl`;
  const rejectsFile = join(workspace.root, 'replay-store', 'rejects', name);
  await sweepFolder(dirname(rejectsFile), new Date());
  const sample = new TextSample(mostTexts);
  const report = await ingest(store, {
    ...request,
    ...{ evalTexts: await collectEvalTexts(workspace.suiteFolders), rejectsFile },
    onAccepted: ({ hash, text }) => sample.offer(hash, text),
  });
  return { ...report, coverage: await coverSample(sample, request) };
}

/**
 * The rows are stored by now: what fails here must not make the intake look failed. Whatever is wrong with the encoder,
 * an update says.
 */
async function coverSample(sample: TextSample, { openTokeniser }: TakeRequest): Promise<Coverage | null> {
  if (sample.offered === 0) return null;
  try {
    const tokeniser = await openTokeniser?.();
    return tokeniser ? await coverTexts(tokeniser, sample.texts(), sample.offered) : null;
  } catch (thrown) {
    if (thrown instanceof EspalierError) return null;
    throw thrown;
  }
}
