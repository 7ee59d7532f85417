/** Near-duplicates in the words of an intake: the pairs that are shown, reasons for the rejects file, warnings. */
import type { Row } from '../reading/row.js';
import type { NewExample } from '../store/examples.js';
import type { IntakeReport, NearPair } from './intake-report.js';
import type { Near } from './near-check.js';

/** Pairs that a report holds. */
export const mostPairs = 5;

interface Found {
  readonly near: Near;
  /** Arrival number of the adapter's last example before the intake. */
  readonly lastArrival: number;
}

export function pairOf({ file, line }: Row, { text, label }: NewExample, { near, lastArrival }: Found): NearPair {
  const id = near.arrival > lastArrival ? null : near.id!;
  return { file, line, text, label, similarity: near.similarity, near: { id, text: near.text, label: near.label } };
}

export function reasonOfNear({ label }: NewExample, { near, lastArrival }: Found): string {
  const which = near.arrival > lastArrival ? 'an earlier row of this input' : `example ${near.id}`;
  const resembles = `the text resembles ${which} (similarity ${near.similarity.toFixed(2)})`;
  return near.label === label
    ? `${resembles}, which has the same label`
    : `${resembles}, which is labelled \`${near.label}\`; this row says \`${label}\``;
}

export function warningsOfNear({ nearDuplicates }: IntakeReport): string[] {
  const { contradictions = 0, linked = 0 } = nearDuplicates ?? {};
  if (contradictions === 0 || linked === 0) return [];
  const [rows, have] = contradictions === 1 ? ['row', 'has'] : ['rows', 'have'];
  return [
    `${contradictions} ${rows} ${have} another label than the example that the text resembles: \`espalier buffer conflicts\` lists such pairs`,
  ];
}
