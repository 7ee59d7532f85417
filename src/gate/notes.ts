/** Notes of a report besides its findings: suites that have decided often, and suites that share texts. */
import type { GatePolicy } from '../declaration/gate-policy.js';
import { groupsOf } from './limits.js';
import { findOverlap } from './overlap.js';
import { answersFamily, type PairedSuite } from './paired.js';

/**
 * Each decision reveals a little about the cases it was made with: a holdout that is used often enough becomes training
 * data (Dwork et al., Science 2015).
 */
export function noteOverusedSuites(suites: readonly PairedSuite[], { reuse }: GatePolicy): string[] {
  return suites
    .filter(({ uses }) => uses >= reuse)
    .map(
      ({ name, uses }) =>
        `The cases of ${name} have judged ${uses} contenders on average (gate.reuse: ${reuse}): bring fresh cases, and raise its version.`,
    );
}

/**
 * Notes suites that are judged as one and share texts; suites judged individually each count alone. Answer suites are
 * skipped, as all of them are made of the same texts.
 */
export function noteOverlap(suites: readonly PairedSuite[], policy: GatePolicy): string[] {
  return groupsOf(suites, policy).flatMap(({ name, members }) => {
    const overlap = members.every(({ family }) => family === answersFamily) ? undefined : findOverlap(members);
    if (!overlap) return [];
    const { texts, suites: names } = overlap;
    const some = texts === 1 ? 'one text is asked' : `${texts} texts are asked`;
    return [
      `In ${name} ${some} by several suites (${names.join(', ')}); their cases are drawn together, and count for less than their number.`,
    ];
  });
}
