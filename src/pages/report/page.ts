/** The report of a candidate as one self-contained HTML page: the verdict first, then its evidence, then the advice. */
import { clip } from '../../core/text.js';
import { type Advice, adviseOn } from '../../gate/advice.js';
import type { FieldRow } from '../../gate/field.js';
import type { Report } from '../../gate/report.js';
import type { Flips } from '../../measuring/flips.js';
import type { Candidate, Decision } from '../../store/candidates.js';
import { renderPage } from '../frame.js';
import { type Markup, markup, nothing } from '../markup.js';
import { commandFor } from './commands.js';
import { showConcerns } from './concerns.js';
import { showCalibration } from './confidence.js';
import { showField } from './contenders.js';
import { showDomains } from './domains.js';
import { showFlips } from './flip-table.js';
import { type CaseTexts, showNewLabels } from './new-labels.js';
import { showSlices } from './slices.js';
import { reportStyle } from './style.js';
import { showSuites } from './suites.js';
import { showTasks } from './tasks.js';
import { showUnchanged } from './unchanged.js';
import { showUnknown } from './unknown.js';
import { announceVerdict } from './verdict-mark.js';

export interface ReportPage {
  readonly candidate: Omit<Candidate, 'report' | 'runId'> & { readonly report: Report };
  /** Strategy of the candidate. */
  readonly strategy: string;
  readonly field: readonly FieldRow[];
  /** Decisions on this candidate, oldest first. */
  readonly decisions: readonly Decision[];
  readonly flips: Flips;
  /** Texts of the cases that the report names as examples. */
  readonly texts: CaseTexts;
}

export function renderReportPage({ candidate, strategy, field, decisions, flips, texts }: ReportPage): string {
  const { report, adapter, version, id } = candidate;
  const body = markup`<main>
${showHead(candidate, strategy, decisions)}
${showNotes(report.notes)}
${showSuites(report)}
${showConcerns(report)}
${showTasks(report)}
${showNewLabels(report, texts)}
${showFlips(flips)}
${showSlices(report)}
${showDomains(report)}
${showCalibration(report)}
${showUnknown(report)}
${showUnchanged(report)}
${showField(field)}
${candidate.status === 'waiting' ? showAdvice(adviseOn(report), { id, adapter }) : nothing}
<footer class="soft"><p>Made by <code>espalier candidates show ${id}</code>; <code>espalier candidates verify ${id}</code> works the verdict out again. This page loads nothing and runs no script.</p></footer>
</main>`;
  return renderPage({
    title: `${clip(adapter, 80)} version ${version}: ${candidate.verdict}`,
    style: reportStyle,
    body,
  });
}

function showHead(candidate: ReportPage['candidate'], strategy: string, decisions: readonly Decision[]): Markup {
  const { id, adapter, version, championVersion, status, verdict, createdAt, report } = candidate;
  const facts: readonly (readonly [string, Markup])[] = [
    ['candidate', markup`${id}`],
    [
      'compared with',
      championVersion === null ? markup`nothing: there was no champion` : markup`version ${championVersion}`,
    ],
    ['strategy', markup`${clip(strategy, 80)}`],
    ['made', markup`${clip(createdAt, 40)}`],
    [
      'status',
      markup`${status}${decisions.some(({ act }) => act === 'override') ? markup` <b class="override">by override</b>` : nothing}`,
    ],
    ...decisions.map((decision) => [decision.act, showDecision(decision)] as const),
  ];
  return markup`<header>
${announceVerdict(verdict)}
<h1>${clip(adapter, 120)} version ${version}</h1>
<p class="lead">${clip(report.sentence, 2000)}</p>
<dl>${facts.map(([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
</header>`;
}

const showDecision = ({ actor, at, reason }: Decision) =>
  markup`by ${clip(actor, 80)}, ${clip(at, 40)}: ${clip(reason, 2000)}`;

function showNotes(notes: readonly string[]): Markup {
  return notes.length === 0
    ? nothing
    : markup`<aside><b>To know</b><ul>${notes.map((note) => markup`<li>${clip(note, 1000)}</li>`)}</ul></aside>`;
}

function showAdvice(advice: readonly Advice[], candidate: Pick<Candidate, 'id' | 'adapter'>): Markup {
  const items = advice.map(
    ({ what, step }) =>
      markup`<li>${clip(what, 600)}${step === null ? nothing : markup`<pre><code>${commandFor(step, candidate)}</code></pre>`}</li>`,
  );
  return markup`<section id="next"><h2>What to do next</h2><ol class="next">${items}</ol></section>`;
}
