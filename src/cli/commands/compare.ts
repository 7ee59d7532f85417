import { resolve } from 'node:path';
import type { Command } from 'commander';
import { EspalierError } from '../../core/errors.js';
import { writeFileAtomic } from '../../core/files.js';
import { clip } from '../../core/text.js';
import { compareOn } from '../../library/compare.js';
import { comparisonPage } from '../../pages/comparison/page.js';
import {
  type GlobalOptions,
  inSession,
  namesIn,
  newCommand,
  type Session,
  type Surroundings,
  wholeNumber,
} from '../session.js';
import { renderComparison } from '../terminal/comparison.js';

interface CompareOptions extends GlobalOptions {
  readonly strategies?: readonly string[];
  readonly budgets?: readonly number[];
  readonly report?: string;
}

export function compareCommand(surroundings: Surroundings): Command {
  return newCommand('compare', "play every strategy on the adapter's own stream, and see what each forgets")
    .argument('<adapter>', 'the adapter')
    .option('--strategies <a,b>', 'only these; default: all', namesIn)
    .option(
      '--budgets <n,n>',
      'examples in the buffer; default: a third of the declared budget, and the whole',
      budgetsIn,
    )
    .option('--report <file>', 'write the comparison as a page of HTML, too')
    .action((adapter: string, options: CompareOptions) =>
      inSession(options, surroundings, (session) => compare(session, adapter, options, surroundings.workingFolder)),
    );
}

async function compare(
  session: Session,
  adapter: string,
  options: CompareOptions,
  workingFolder: string,
): Promise<void> {
  const { output, now } = session;
  const comparison = await compareOn(session, adapter, options);
  output.result(comparison, () => renderComparison(comparison, output));
  if (options.report === undefined) return;
  await writeFileAtomic(resolve(workingFolder, options.report), comparisonPage(comparison, now));
  output.note(`report: ${clip(options.report, 200)}`);
}

/** @throws USAGE */
function budgetsIn(list: string): number[] {
  const budgets = namesIn(list).map(wholeNumber);
  if (budgets.includes(0))
    throw new EspalierError('USAGE', 'a budget of 0 holds nothing', { hint: 'Write --budgets 100,300.' });
  return budgets;
}
