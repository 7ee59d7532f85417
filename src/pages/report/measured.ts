/** The measured value of a rule, and its limit, in the unit of the rule. */
import type { Rule } from '../../gate/report.js';
import { dash, isMeasured, points, probability, share } from './numbers.js';

type Unit = 'points' | 'percent' | 'p' | 'count';

const unitOf: Record<Rule, Unit> = {
  floor: 'percent',
  guessing: 'percent',
  'not-inferior': 'points',
  'not-harmed': 'points',
  'not-worse': 'p',
  gain: 'points',
  anchor: 'points',
  macro: 'points',
  calibration: 'points',
  'calibration-error': 'percent',
  'scope-confidence': 'points',
  budget: 'count',
  answered: 'count',
  evidence: 'count',
  'suite-kept': 'count',
  'classes-kept': 'count',
  'labels-answered': 'count',
  majority: 'points',
};

const sayIn: Record<Unit, (value: number | null) => string> = {
  points: (value) => points(value),
  percent: (value) => (isMeasured(value) ? `${share(value)} %` : dash),
  p: (value) => (isMeasured(value) ? `p ${probability(value)}` : dash),
  count: (value) => (isMeasured(value) ? value.toLocaleString('en', { maximumFractionDigits: 3 }) : dash),
};

/** A rule that occurs only in stored reports is formatted as a plain number. */
export const formatterFor = (rule: Rule) => sayIn[unitOf[rule] ?? 'count'];
