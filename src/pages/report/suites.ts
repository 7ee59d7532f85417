/** Every suite of a report in one table: wholes first, set apart, then suites by verdict, each with its findings. */
import { clip } from '../../core/text.js';
import { type Finding, isOpenLoss, type Report, type ReportRow, verdictOf } from '../../gate/report.js';
import { type Markup, markup, nothing } from '../markup.js';
import { drawAxis, drawForestRow, forestScale } from './forest-plot.js';
import { counted, interval, isMeasured, points, share, shownWith } from './numbers.js';
import type { Scale } from './scale.js';
import { markVerdict } from './verdict-mark.js';

const groups = [
  'Judged as one',
  'Failed',
  'Cannot tell',
  'Lost, not shown worse',
  'Passed, a little lost',
  'Passed, gained',
  'Passed, unchanged',
  'Passed, nothing to compare with',
  'Not judged',
] as const;
type Group = (typeof groups)[number];

function groupOf({ scope, findings, difference }: ReportRow): Group {
  if (scope === 'whole') return 'Judged as one';
  if (findings.length === 0) return 'Not judged';
  const verdict = verdictOf(findings);
  if (verdict === 'fail') return 'Failed';
  if (verdict === 'inconclusive') return 'Cannot tell';
  if (isOpenLoss({ difference, findings })) return 'Lost, not shown worse';
  if (!isMeasured(difference)) return 'Passed, nothing to compare with';
  if (difference === 0) return 'Passed, unchanged';
  return difference < 0 ? 'Passed, a little lost' : 'Passed, gained';
}

export function showSuites({ rows }: Report): Markup {
  if (rows.length === 0) return markup`<section id="suites"><h2>Suites</h2><p>Nothing was measured.</p></section>`;
  const scale = rows.some(({ difference }) => isMeasured(difference)) ? forestScale(rows) : undefined;
  const bodies = groups.map((group) => {
    const own = rows.filter((row) => groupOf(row) === group).sort((a, b) => (a.difference ?? 0) - (b.difference ?? 0));
    return own.length === 0 ? nothing : showGroup(group, own, scale);
  });
  return markup`<section id="suites">
<h2>${scale ? 'What was lost, what was gained' : 'Suites'}</h2>
<p class="soft">${scale ? legend : 'There was no champion to compare with.'}</p>
<div class="scroll"><table class="suites">
<thead><tr><th scope="col">suite</th>${
    scale
      ? markup`<th scope="col" class="plot"><span class="unseen">difference in points</span>${drawAxis(scale)}</th>`
      : nothing
  }<th scope="col" class="number">was → is, %</th>${
    scale
      ? markup`<th scope="col" class="number">points</th><th scope="col" class="number" title="adjusted for the number of rows (Holm)">p</th>`
      : nothing
  }<th scope="col">verdict</th></tr></thead>
${bodies}
</table></div>
</section>`;
}

const legend =
  'Candidate minus champion, in points: a dot, and its one-sided bounds as whiskers. Left of the line is lost, right of it gained. A short tick is the largest loss allowed: a row passes when its left whisker does not cross it. An arrow goes on beyond the picture. p is that of the side to which the dot points, adjusted for the number of rows (Holm).';

function showGroup(group: Group, rows: readonly ReportRow[], scale: Scale | undefined): Markup {
  const name = group === 'Judged as one' ? 'whole' : 'single';
  return markup`<tbody class="${name}">
<tr class="group"><th scope="rowgroup" colspan="${scale ? 6 : 3}">${group} <span class="soft">${rows.length}</span></th></tr>
${rows.map((row) => showRow(row, scale))}
</tbody>`;
}

function showRow(row: ReportRow, scale: Scale | undefined): Markup {
  const change = scale
    ? markup`<td class="number change"><b>${points(row.difference)}</b>${isMeasured(row.difference) ? markup`<small>${interval(row.lower, row.upper)}</small>` : nothing}</td><td class="number p">${shownWith(row)}</td>`
    : nothing;
  return markup`<tr><th scope="row">${clip(row.suite, 120)}<small>${describeMeasure(row)}</small>${showFindings(row)}</th>${
    scale ? markup`<td class="plot">${drawForestRow(row, scale)}</td>` : nothing
  }<td class="number scores">${isMeasured(row.champion) ? `${share(row.champion)} → ${share(row.candidate)}` : share(row.candidate)}</td>${change}<td class="judged">${showJudged(
    row,
  )}</td></tr>`;
}

function showJudged(row: ReportRow): Markup {
  if (row.findings.length === 0) return markup`<span class="soft">not judged</span>`;
  if (isOpenLoss(row)) return markup`<span class="verdict inconclusive">not shown worse</span>`;
  return markVerdict(verdictOf(row.findings));
}

const describeMeasure = ({ metric, cases, gained, lost }: ReportRow) => {
  const flips = isMeasured(gained) && isMeasured(lost) ? `, ${lost} lost and ${gained} gained` : '';
  return `${clip(metric, 40)} of ${counted(cases, 'case', 'cases')}${flips}`;
};

/** Findings that did not pass are shown at once, the others on demand. */
function showFindings(row: ReportRow): Markup {
  const open = row.findings.filter(({ verdict }) => verdict !== 'pass');
  const passed = row.findings.filter(({ verdict }) => verdict === 'pass');
  const further = [...passed.map(showFinding), ...remarksOn(row).map((remark) => markup`<li>${remark}</li>`)];
  const details = markup`<details><summary>${passed.length > 0 ? 'why' : 'more'}</summary><ul>${further}</ul></details>`;
  return markup`${open.length === 0 ? nothing : markup`<ul class="findings">${open.map(showFinding)}</ul>`}${further.length === 0 ? nothing : details}`;
}

export const showFinding = ({ rule, verdict, reason }: Finding) =>
  markup`<li class="${verdict}"><b>${rule}</b> ${clip(reason, 600)}</li>`;

function remarksOn({ detectable, leftOut, anchor, uses }: ReportRow): string[] {
  return [
    isMeasured(detectable) ? [`So many cases usually exclude a loss of ${share(detectable)} points.`] : [],
    leftOut > 0 ? [`${counted(leftOut, 'case was', 'cases were')} left out: no contender knows the label.`] : [],
    isMeasured(anchor) ? [`The anchor has ${share(anchor)} %.`] : [],
    uses > 0 ? [`It has decided ${counted(uses, 'earlier update', 'earlier updates')} on the same cases.`] : [],
  ].flat();
}
