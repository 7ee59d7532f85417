/** Checks that a verdict rests on evidence: a pass needs at least one rule that examined the adapter's own task. */
import { isEnoughToShow } from './guessing.js';
import type { PairedSuite } from './paired.js';
import type { Finding, ReportRow, Rule } from './report.js';
import { normalQuantile } from './statistics/normal.js';

/**
 * Rules that a candidate meets by a bound. The others (not shown worse, too few cases to slice, budgets) can be met
 * without any evidence.
 */
const boundedRules: readonly Rule[] = ['not-inferior', 'not-harmed', 'floor', 'gain', 'macro'];

export interface HoldoutSize {
  readonly fraction: number;
  /** Number of labels of the largest learned task. */
  readonly labels: number;
}

export interface Needs {
  readonly margin: number;
  readonly confidence: number;
  /** Undefined if unknown. */
  readonly holdout: HoldoutSize | undefined;
}

/**
 * Returns no finding if some rule gave evidence, whatever its verdict; otherwise one finding that says what is missing.
 */
export function requireEvidence(rows: readonly ReportRow[], suites: readonly PairedSuite[], needs: Needs): Finding[] {
  const isFirst = rows.every(({ champion }) => champion === null);
  const counts = ({ rule }: Finding) => boundedRules.includes(rule) || (isFirst && rule === 'guessing');
  const asking = rows.filter(({ examines }) => examines !== 'encoder');
  if (asking.some(({ findings }) => findings.some(counts))) return [];
  const needed = isFirst ? casesAboveGuessing(needs) : casesWithin(needs);
  const reason = `${missingOf(asking, suites)}${sayExamples(needed, needs.holdout)}`;
  return [
    { rule: 'evidence', verdict: 'inconclusive', value: 0, limit: 1, reason, needed: needs.holdout ? needed : null },
  ];
}

/**
 * Number of held-out cases at which a head halfway between guessing and always right is usually shown to be above
 * guessing.
 */
function casesAboveGuessing({ confidence, holdout }: Needs): number {
  const chance = 1 / Math.max(2, holdout?.labels ?? 2);
  let cases = 1;
  while (!isEnoughToShow(cases, chance, confidence) && cases < 1000) cases++;
  return cases;
}

/** Number of held-out cases without a flip that exclude a loss of the margin: Tango's bound is z^2 / (n + z^2). */
function casesWithin({ margin, confidence }: Needs): number {
  const z = normalQuantile(confidence);
  return Math.ceil((z ** 2 * (1 - margin)) / margin);
}

function sayExamples(cases: number, holdout: HoldoutSize | undefined): string {
  if (!holdout) return '';
  const examples = Math.max(Math.ceil(cases / holdout.fraction), 2);
  const held = `at least ${cases} held-out cases are needed, which about ${examples} more examples give (holdout.fraction ${holdout.fraction})`;
  return `; ${held}; the first example of each of the ${holdout.labels} labels is never held out, so that they must be of labels that have one`;
}

function missingOf(asking: readonly ReportRow[], suites: readonly PairedSuite[]): string {
  const remedy = 'hold examples out (holdout.fraction), or declare a suite that asks the head';
  if (asking.length === 0) return `nothing could be compared that the head answers; ${remedy}`;
  const answered = suites.filter(({ examines, candidate }) => examines !== 'encoder' && candidate.length > 0);
  if (answered.length === 0) return `no case could be asked that the head answers; ${remedy}`;
  if (answered.every(({ role }) => role === 'new'))
    return `only what is new to the champion could be compared, so that nobody knows whether it kept what it had learned; ${remedy}`;
  return `no line of the policy asks the head for more than not being shown worse; give it a margin, \`harm\` or a floor`;
}
