/**
 * Each task on its held-out examples, compared with always giving the commonest label, with the labels of lowest
 * recall.
 */
import { clip } from '../../core/text.js';
import type { Report, TaskReport } from '../../gate/report.js';
import { type Markup, markup, nothing } from '../markup.js';
import { counted, interval, points, share } from './numbers.js';

const labelWidth = 40;
const mostUnheld = 3;
const named = (label: string) => clip(label, labelWidth);

/** One paragraph for a task, which is named if the report has several. */
export function sayTask(task: TaskReport, { tasks }: Pick<Report, 'tasks'>): string {
  const of = tasks.length > 1 ? `${clip(task.task, labelWidth)}, ` : '';
  const scores = `${of}${counted(task.cases, 'held-out case', 'held-out cases')}: ${share(task.candidate)} % right, always "${named(task.majority)}" would have ${share(task.baseline)} %`;
  return [scores, `mean of the labels (macro) ${share(task.macro)} %`, sayWorst(task), sayUnheld(task)]
    .filter((part) => part !== '')
    .join('; ');
}

/** "worst labels: safety 0 of 1, fraud 3 of 8" */
function sayWorst({ worst }: TaskReport): string {
  const labels = worst.map(({ label, right, cases }) => `${named(label)} ${right} of ${cases}`);
  return labels.length === 0 ? '' : `worst ${labels.length === 1 ? 'label' : 'labels'}: ${labels.join(', ')}`;
}

function sayUnheld({ unheld, labels }: TaskReport): string {
  if (unheld.length === 0) return '';
  const more = unheld.length > mostUnheld ? `, and ${unheld.length - mostUnheld} more` : '';
  const which = unheld.slice(0, mostUnheld).map(named).join(', ');
  return `${unheld.length} of ${labels} labels without a held-out case, and not measured: ${which}${more}`;
}

export function showTasks(report: Pick<Report, 'tasks'>): Markup {
  return report.tasks.length === 0
    ? nothing
    : markup`<section id="tasks"><h2>Against the commonest label</h2>${report.tasks.map((task) => showTask(task, report))}</section>`;
}

function showTask(task: TaskReport, { tasks }: Pick<Report, 'tasks'>): Markup {
  const ahead = `${points(task.difference)} points (${interval(task.lower, task.upper)})`;
  const facts: readonly (readonly [string, string])[] = [
    ['right', `${share(task.candidate)} %`],
    ['always the commonest', `${share(task.baseline)} %`],
    ['mean of the labels', `${share(task.macro)} %`],
  ];
  const rest = [sayWorst(task), sayUnheld(task)]
    .filter((sentence) => sentence !== '')
    .map((sentence) => markup`<li>${sentence}.</li>`);
  return markup`${tasks.length > 1 ? markup`<h3>${clip(task.task, 80)}</h3>` : nothing}
<p class="soft">Over ${counted(task.cases, 'held-out case', 'held-out cases')} the candidate is ahead of always answering ${named(task.majority)} by ${ahead}.</p>
<dl class="figures">${facts.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
<ul>${rest}</ul>`;
}
