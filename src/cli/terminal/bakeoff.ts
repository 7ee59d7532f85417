/** A bake-off of replay policies as one screen: a table for each budget, with how far each policy is behind the best. */
import { percent, signed } from '../../core/numbers.js';
import { largestOf } from '../../core/sequences.js';
import { clip, wrap } from '../../core/text.js';
import type { Bakeoff } from '../../study/bakeoff.js';
import type { BudgetRanking, RankedPolicy } from '../../study/bakeoff-ranking.js';
import { type Colours, type Output, tableOf } from '../output.js';
import { drawWhisker, nameScale, type Scale } from './whisker.js';

const plotWidth = 21;

export function renderBakeoff({ adapter, strategy, seeds, domains, budgets }: Bakeoff, output: Output): string {
  const { colours, width } = output;
  const head = `${colours.bold(clip(adapter, 64))}: ${domains.length} domains, one update each, under ${strategy}, ${seeds.length} seeds`;
  const legend =
    'average: accuracy over all domains after the last update, %, with a 95 % interval over the seeds. forgotten, behind: points. behind: average minus that of the best policy, paired by seed. like best: the seeds do not tell the two apart.';
  return [head, ...budgets.map((ranking) => renderBudget(ranking, colours)), wrap(legend, width)].join('\n\n');
}

function renderBudget({ budget, tied, policies }: BudgetRanking, colours: Colours): string {
  const differences = policies.map(({ behind }) => Math.abs(behind?.mean ?? 0));
  const scale: Scale = { reach: Math.max(0.01, largestOf(differences) * 1.5), width: plotWidth };
  const columns = [
    { title: 'policy' },
    { title: 'average', align: 'right' },
    { title: '+-', align: 'right' },
    { title: 'forgotten', align: 'right' },
    { title: 'behind', align: 'right' },
    { title: nameScale(scale) },
    { title: '' },
  ] as const;
  const rows = policies.map((ranked) => cellsOf(ranked, { isTied: tied.includes(ranked.policy), scale, colours }));
  return `${colours.bold(`${budget} examples`)}\n${tableOf(columns, rows, colours)}`;
}

function cellsOf(
  { policy, accuracy, forgetting, behind }: RankedPolicy,
  { isTied, scale, colours }: { readonly isTied: boolean; readonly scale: Scale; readonly colours: Colours },
): string[] {
  const { mean: difference, lower, upper } = behind ?? { mean: 0, lower: 0, upper: 0 };
  const verdict = behind === null ? 'pass' : isTied ? 'inconclusive' : 'fail';
  return [
    clip(policy, 20),
    percent(accuracy.mean),
    percent(accuracy.upper - accuracy.mean),
    percent(forgetting),
    behind === null ? '' : signed(difference),
    drawWhisker({ difference, lower, upper, margin: undefined, verdict }, scale, colours),
    behind === null ? colours.green('best') : isTied ? 'like best' : '',
  ];
}
