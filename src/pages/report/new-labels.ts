/** The cost of new labels for the earlier ones, and the labels that are confused. */
import { clip } from '../../core/text.js';
import type { ConfusedPair, Report } from '../../gate/report.js';
import { type Markup, markup, nothing } from '../markup.js';
import { counted } from './numbers.js';

/** Case -> its text, for cases that the store still has. */
export type CaseTexts = ReadonlyMap<string, string>;

const named = (label: string) => clip(label, 40);

/** Undefined if no label is new, or nothing was lost or confused. */
export function sayLoss({ newLabels }: Pick<Report, 'newLabels'>): string | undefined {
  if (!newLabels || newLabels.toNew + newLabels.toOld + newLabels.pairs.length === 0) return undefined;
  const { labels, toNew, toOld } = newLabels;
  const by = labels === 1 ? '1 new label' : `${labels} new labels`;
  return `${by}: of ${counted(toNew + toOld, 'held-out answer', 'held-out answers')} that the champion had right and the candidate has wrong, ${toNew} went to new labels (competition) and ${toOld} to other old ones (forgetting)`;
}

/** "late_parcel (old) and delivery (new) are confused 6 times" */
const sayPair = ({ older, newer, cases }: ConfusedPair) =>
  `${named(older)} (old) and ${named(newer)} (new) are confused ${counted(cases, 'time', 'times')}`;

const remedy =
  'If such a pair means one thing, merge the two or rename the old one; if not, bring more examples of both.';

/** Lines for a terminal; empty if there is nothing to report. @param wrapped breaks a paragraph */
export function sayNewLabels(
  report: Pick<Report, 'newLabels'>,
  texts: CaseTexts,
  wrapped: (paragraph: string) => string,
): string {
  const loss = sayLoss(report);
  if (loss === undefined) return '';
  const pairs = report.newLabels!.pairs.map((pair) => wrapped(`- ${sayPair(pair)}${exampleOfPair(pair, texts)}`));
  return [wrapped(loss), ...pairs, ...(pairs.length === 0 ? [] : [wrapped(remedy)])].join('\n');
}

function exampleOfPair({ caseId, expected }: ConfusedPair, texts: CaseTexts): string {
  const text = texts.get(caseId);
  return text === undefined ? '' : `, as in "${clip(text, 80)}", which is ${named(expected)}`;
}

export function showNewLabels(report: Pick<Report, 'newLabels'>, texts: CaseTexts): Markup {
  const loss = sayLoss(report);
  if (loss === undefined) return nothing;
  const pairs = report.newLabels!.pairs.map((pair) => markup`<li>${sayPair(pair)}${exampleOfPair(pair, texts)}.</li>`);
  const list = pairs.length === 0 ? nothing : markup`<ul>${pairs}</ul><p>${remedy}</p>`;
  return markup`<section id="new-labels"><h2>What the new labels cost</h2><p>${loss}.</p>${list}</section>`;
}
