/**
 * Formats numbers for the page: shares as percent, differences signed in points, and a dash for values that were not
 * measured.
 */

import { percent } from '../../core/numbers.js';
import type { ReportRow } from '../../gate/report.js';

/** Possible values in a stored report: JSON has no NaN, and an earlier Espalier did not measure everything. */
export type Measured = number | null | undefined;

export const dash = '–';

export const isMeasured = (value: Measured): value is number => typeof value === 'number' && Number.isFinite(value);

/** 0.9375 -> "93.8" */
export const share = (value: Measured) => (isMeasured(value) ? withMinus(percent(value)) : dash);

/** 0.0125 -> "+1.3", and "0.0" for values that round to it. */
export function points(value: Measured): string {
  if (!isMeasured(value)) return dash;
  const rounded = withMinus(percent(value));
  return Number(percent(value)) > 0 ? `+${rounded}` : rounded;
}

/** Uses a typographic minus, and none before zero. */
const withMinus = (text: string) => (Number(text) === 0 ? text.replace('-', '') : text.replace('-', '−'));

/** "−2.1 to +0.4" */
export const interval = (lower: Measured, upper: Measured) => `${points(lower)} to ${points(upper)}`;

/** "0.012", "< 0.001" */
export function probability(p: Measured): string {
  if (!isMeasured(p)) return dash;
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}

/** The p value of the direction in which the difference points: "worse 0.012". */
export function shownWith({ difference, worse, better }: Pick<ReportRow, 'difference' | 'worse' | 'better'>): string {
  if (!isMeasured(difference)) return dash;
  const p = difference < 0 ? worse : better;
  return isMeasured(p) ? probability(p) : dash;
}

export const counted = (value: Measured, one: string, many: string) =>
  `${isMeasured(value) ? value.toLocaleString('en') : dash} ${value === 1 ? one : many}`;
