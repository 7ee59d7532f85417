/**
 * A comparison of strategies as one self-contained HTML page: the picture first, then the numbers, then the course of
 * the runs.
 */

import { megabytes, percent, signed } from '../../core/numbers.js';
import { clip } from '../../core/text.js';
import {
  bestRemedy,
  type Comparison,
  type ComparisonRow,
  nameOfPlay,
  type PlayedMatrix,
  type PlayedRow,
} from '../../study/comparison.js';
import { renderPage } from '../frame.js';
import { type Markup, markup, nothing } from '../markup.js';
import { drawHeatmap } from './heatmap.js';
import { drawLines } from './line-chart.js';
import { comparisonStyle } from './style.js';
import { drawTradeOff } from './trade-off.js';
import { describeChance, describeExamples, describeFindings } from './words.js';

export function comparisonPage(comparison: Comparison, at: Date): string {
  const title = `${comparison.adapter}: what each strategy keeps`;
  const body = markup`<main>
<header>
<h1>${title}</h1>
<p class="lead">${comparison.domains.length} domains, learned one after another. ${describeFindings(comparison)}</p>
<p class="soft">${describeExamples(comparison)} ${describeChance(comparison)}</p>
</header>
${picturesOf(comparison)}
${heatmapsOf(comparison)}
${tradeOffsOf(comparison)}
${tableOf(comparison)}
${originOf(comparison, at)}
</main>`;
  return renderPage({ title, style: comparisonStyle, body });
}

interface Shown extends PlayedMatrix {
  readonly row: PlayedRow;
}

/** Each strategy at its best budget: naive first, then the remedies from the best down, then joint training. */
function shownOf({ rows, matrices }: Comparison): Shown[] {
  const strategies = [...new Set(matrices.map(({ strategy }) => strategy))];
  const shown = strategies.map((name) => {
    const best = matrices.find(({ strategy }) => strategy === name)!;
    const isSame = (row: ComparisonRow): row is PlayedRow =>
      row.error === null && row.strategy === name && row.budget === best.budget;
    return { ...best, row: rows.find(isSame)! };
  });
  return (['naive', 'remedy', 'joint'] as const).flatMap((wanted) => shown.filter(({ role }) => role === wanted));
}

function captionOf({ row, role, ...play }: Shown, best: PlayedRow | undefined): Markup {
  const mark = { naive: 'naive', joint: 'all data at once', remedy: row === best ? 'best remedy' : '' }[role];
  const numbers = `average ${percent(row.averageAccuracy)} %, forgotten ${percent(row.forgetting)} points`;
  return markup`<figcaption>${nameOfPlay(play)}${mark === '' ? '' : `, ${mark}`}<small>${numbers}</small></figcaption>`;
}

function picturesOf(comparison: Comparison): Markup {
  const best = bestRemedy(comparison);
  const shown = shownOf(comparison);
  const naive = shown.find(({ role }) => role === 'naive');
  const panel = (play: Shown, width: number) => markup`<figure>${captionOf(play, best)}
${drawLines({
  title: nameOfPlay(play),
  domains: comparison.domains,
  matrix: play.matrix,
  reference: play.role === 'naive' ? undefined : naive?.matrix,
  width,
})}</figure>`;
  const large = shown.filter((play) => play.role === 'naive' || play.row === best);
  const small = shown.filter((play) => !large.includes(play));
  const dashed = naive ? ` The dotted grey line is the mean of ${nameOfPlay(naive)}, for comparison.` : '';
  return markup`<section>
<h2>Accuracy on each domain, update by update</h2>
<p class="soft">A line is a domain, from the first update that knew any of it (dot) to the last; the number at its end is what is left. A line that falls is forgetting. Percent, the same scale everywhere; strategies that replay are shown at their best budget.${dashed}</p>
<div class="grid-2">${large.map((play) => panel(play, 470))}</div>
${small.length === 0 ? nothing : markup`<div class="grid-3">${small.map((play) => panel(play, 320))}</div>`}
</section>`;
}

function heatmapsOf(comparison: Comparison): Markup {
  const { domains } = comparison;
  const best = bestRemedy(comparison);
  const maps = shownOf(comparison).map(
    (play) =>
      markup`<figure>${captionOf(play, best)}${drawHeatmap({ title: nameOfPlay(play), domains, matrix: play.matrix })}</figure>`,
  );
  return markup`<section>
<h2>The same, as matrices</h2>
<p class="soft">A row is an update, named by the domain that it brought; a column is a domain, by number. Read a column downwards to see what became of it.</p>
<div class="grid-${domains.length > 9 ? 1 : domains.length > 6 ? 2 : 3}">${maps}</div>
</section>`;
}

function tradeOffsOf(comparison: Comparison): Markup {
  const rows = comparison.rows.filter((row): row is PlayedRow => row.error === null);
  const best = bestRemedy(comparison);
  const kept = {
    title: 'Average accuracy against what is kept',
    costOf: (row: PlayedRow) => row.bytesStored / 1024 ** 2,
    say: (cost: number) => `${inShort(cost)} MB`,
  };
  const seconds = {
    title: 'Average accuracy against training time',
    costOf: (row: PlayedRow) => row.seconds,
    say: (cost: number) => `${inShort(cost)} s`,
  };
  const figures = [kept, seconds].map(
    (axis) => markup`<figure><figcaption>${axis.title}</figcaption>${drawTradeOff({ ...axis, rows, best })}</figure>`,
  );
  return markup`<section>
<h2>What it costs</h2>
<p class="soft">A dot is a strategy at one budget; its budgets are joined. Up and to the left is better. Kept is what the next update needs of this one: state, head, and the vectors it replays.</p>
<div class="grid-2">${figures}</div>
</section>`;
}

const inShort = (cost: number) => String(Number(cost.toPrecision(2)));

function tableOf(comparison: Comparison): Markup {
  const best = bestRemedy(comparison);
  return markup`<section>
<h2>All numbers</h2>
<div class="scroll"><table>
<thead><tr><th>strategy</th><th class="number">budget</th><th class="number">average %</th><th class="number">forgotten</th><th class="number" title="backward transfer">BWT</th><th class="number" title="forward transfer">FWT</th><th class="number">seconds</th><th class="number">kept MB</th><th></th></tr></thead>
<tbody>${comparison.rows.map((row) => rowOf(row, row === best))}</tbody>
</table></div>
</section>`;
}

function rowOf(row: ComparisonRow, isBest: boolean): Markup {
  const { strategy, role } = row;
  const budget = row.budget === 0 ? '-' : String(row.budget);
  if (row.error !== null) {
    const why = `failed [${row.error.code}]: ${row.error.message}. ${row.error.hint}`;
    return markup`<tr><td>${strategy}</td><td class="number">${budget}</td><td class="why" colspan="7">${why}</td></tr>`;
  }
  const mark = isBest ? 'best' : role === 'remedy' ? '' : role;
  const numbers = [
    percent(row.averageAccuracy),
    percent(row.forgetting),
    signed(row.backwardTransfer),
    row.forwardTransfer === null ? '-' : signed(row.forwardTransfer),
    row.seconds.toFixed(1),
    megabytes(row.bytesStored),
  ];
  return markup`<tr class="${mark}"><td>${strategy}</td><td class="number">${budget}</td>${numbers.map(
    (number) => markup`<td class="number">${number}</td>`,
  )}<td><span class="mark ${mark}">${mark}</span></td></tr>`;
}

function originOf({ adapter, encoder, settings, examples, rows }: Comparison, at: Date): Markup {
  const budgets = [...new Set(rows.map(({ budget }) => budget))].filter((budget) => budget > 0).sort((a, b) => a - b);
  const { seed, options, prior, ...numbers } = settings;
  const shares = typeof prior === 'string' ? prior : JSON.stringify(prior);
  const facts: readonly (readonly [string, string])[] = [
    ['adapter', adapter],
    ['as of', at.toISOString()],
    ['encoder', encoder],
    ['seed', String(seed)],
    ['settings', settingsInWords({ ...numbers, prior: shares, ...options })],
    ['budgets', budgets.length === 0 ? 'none' : `${budgets.join(', ')} examples`],
    ...examples.map(
      ({ domain, train, holdout }, index) =>
        [
          `domain ${index + 1}`,
          `${clip(domain, 120)}: ${train} to learn from, ${holdout === 0 ? 'none' : holdout} held out`,
        ] as const,
    ),
  ];
  return markup`<section>
<h2>How this was made</h2>
<p>Every strategy began from nothing and saw the domains in the order in which they first came, one update each, as if each candidate were approved. All had the adapter's own settings, as far as they heed them; none was tuned for this data. One run each, from one seed.</p>
<dl>${facts.map(([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
<p class="soft">Average: mean accuracy over the domains after the last update. Forgotten: mean over the earlier domains of their best accuracy before the last update, less what they have now. BWT, backward transfer: what they have now, less what they had when they were learned. FWT, forward transfer: accuracy on a domain before it was learned, less that of a guess; a dash where it knew none of its labels. Seconds: training of all updates, the start of its thread included.</p>
<p class="soft">Made by <code>espalier compare ${adapter}</code>. This page loads nothing and runs no script.</p>
</section>`;
}

function settingsInWords(settings: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(settings)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
