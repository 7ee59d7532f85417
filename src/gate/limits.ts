/** Which lines of a policy apply to which suite, and what is judged as one. */
import type { GatePolicy } from '../core/gate-policy.js';
import type { PairedSuite, Whole } from './paired.js';

/** Everything that earlier versions learned, as one: the parts are often too small to decide by themselves. */
export const earlierDomains = 'holdout/earlier domains';
export const newDomains = 'holdout/new domains';

/** What is asked of a suite or a whole; undefined: nothing. */
export interface Limits {
  /** Score of guessing, for a first version that has no floor. */
  readonly chance?: number | undefined;
  readonly floor?: number | undefined;
  readonly margin?: number | undefined;
  readonly harm?: number | undefined;
  /** It must not be shown worse. */
  readonly watch?: boolean;
  readonly gain?: number | undefined;
  readonly anchor?: number | undefined;
}

export interface LimitedWhole extends Whole {
  readonly limits: Limits;
}

/** A suite's own line goes before its group's, and that before what holds for all. */
export function limitsOf(suite: PairedSuite, policy: GatePolicy): Limits {
  const own = policy.suites[suite.name] ?? {};
  const anchorFor = (margin: number) => policy.anchor && (policy.anchor.margin ?? margin);
  if (suite.role === 'new') return { floor: own.floor ?? policy.domains.floor };
  const whole = suite.role === 'earlier' ? policy.domains : groupOf(suite, policy)?.[1];
  const floor = own.floor ?? (whole ?? (isHoldout(suite) ? policy.domains : {})).floor;
  if (suite.champion === null) return floor === undefined ? { chance: suite.chance } : { floor };
  if (!whole || own.margin !== undefined) {
    const margin = own.margin ?? policy.margin;
    return { floor, margin, anchor: anchorFor(margin) };
  }
  return { floor, harm: whole.harm, watch: true };
}

const isHoldout = ({ name }: PairedSuite) => name.startsWith('holdout/');

/** The first group that names the suite, or its family. */
function groupOf({ name, family }: PairedSuite, { groups }: GatePolicy): [string, GatePolicy['groups'][string]] | undefined {
  return (
    Object.entries(groups).find(([, { suites }]) => suites.includes(name)) ??
    Object.entries(groups).find(([, { suites }]) => suites.includes(family))
  );
}

/** What has a margin of its own is judged by itself alone. */
function isMember(suite: PairedSuite, group: string, policy: GatePolicy): boolean {
  return groupOf(suite, policy)?.[0] === group && suite.candidate.length > 0 && policy.suites[suite.name]?.margin === undefined;
}

/** The wholes that have members: earlier domains, new domains, and the groups of the policy in its order. */
export function groupsOf(suites: readonly PairedSuite[], policy: GatePolicy): LimitedWhole[] {
  const limitsFor = (margin: number) => ({ margin, anchor: policy.anchor && (policy.anchor.margin ?? margin) });
  const earlier = suites.filter(({ role }) => role === 'earlier');
  const fresh = suites.filter((suite) => suite.role === 'new' && isHoldout(suite));
  const asked = suites.filter(({ role, champion }) => role === 'judged' && champion !== null);
  const declared = Object.entries(policy.groups).map(([name, { margin }]): LimitedWhole => {
    const members = asked.filter((suite) => isMember(suite, name, policy));
    return { name: `group/${name}`, members, weighing: 'suites', limits: limitsFor(margin ?? policy.margin) };
  });
  return [
    { name: earlierDomains, members: earlier, weighing: 'cases', limits: limitsFor(policy.domains.margin ?? policy.margin) } as const,
    { name: newDomains, members: policy.gain === undefined ? [] : fresh, weighing: 'cases', limits: { gain: policy.gain } } as const,
    ...declared,
  ].filter(({ members }) => members.length > 0);
}
