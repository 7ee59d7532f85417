/** What a report says beside its findings: suites that have decided often, and suites that ask the same texts. */
import type { GatePolicy } from '../declaration/gate-policy.js';
import { groupsOf } from './limits.js';
import { findOverlap } from './overlap.js';
import { answersFamily, type PairedSuite } from './paired.js';

/**
 * Each decision tells a little of the cases that made it: used often enough, a holdout is training data (Dwork et al.,
 * Science 2015).
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
 * Of suites that are judged as one; apart, each counts for itself. Nobody needs to be told that those about answers are
 * made of the same texts.
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
