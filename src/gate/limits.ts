/** Determines which rules of a policy apply to which suite, and which suites are judged as one. */

import { smallestOf } from '../core/sequences.js';
import type { GatePolicy } from '../declaration/gate-policy.js';
import type { PairedSuite, Whole } from './paired.js';

/** Default factor of the anchor's margin; docs/gate.md shows the simulations it was chosen from. */
export const usualAnchorFactor = 1.75;

/**
 * Name of the whole that combines the holdouts of all earlier domains, which are often too small to decide
 * individually.
 */
export const earlierDomains = 'holdout/earlier domains';
export const newDomains = 'holdout/new domains';

/** Limits for a suite or a whole; an undefined limit is not applied. */
export interface Limits {
  /** Score of guessing, required where nothing can be lost and no floor is declared. */
  readonly chance?: number | undefined;
  readonly floor?: number | undefined;
  readonly margin?: number | undefined;
  /** True if the suite belongs to no whole, so it is compared with guessing however few cases it has. */
  readonly decidesAlone?: boolean | undefined;
  /** The rule that the margin belongs to; not-inferior by default. */
  readonly marginRule?: 'not-inferior' | 'macro' | undefined;
  readonly harm?: number | undefined;
  /** The candidate must not be shown worse. */
  readonly watch?: boolean;
  readonly gain?: number | undefined;
  readonly anchor?: number | undefined;
}

export interface LimitedWhole extends Whole {
  readonly limits: Limits;
}

/** A suite's own setting overrides its group's, which overrides the general one. */
export function limitsOf(suite: PairedSuite, policy: GatePolicy): Limits {
  const own = policy.suites[suite.name] ?? {};
  if (suite.role === 'new') {
    const floor = own.floor ?? policy.domains.floor;
    return floor === undefined ? { chance: suite.chance } : { floor };
  }
  const whole = suite.role === 'earlier' ? policy.domains : groupOf(suite, policy)?.[1];
  const floor = own.floor ?? (whole ?? (isHoldout(suite) ? policy.domains : {})).floor;
  if (suite.champion === null) return floor === undefined ? { chance: suite.chance } : { floor };
  if (!whole || own.margin !== undefined) {
    const margin = own.margin ?? policy.margin;
    return { floor, margin, anchor: anchorMargin(margin, policy) };
  }
  return { floor, harm: whole.harm, watch: true };
}

/**
 * The largest allowed loss against the anchor; undefined if the policy has no anchor or predates the default one. A
 * named anchor version has, by default, the same margin as the champion.
 */
function anchorMargin(margin: number, { anchor }: GatePolicy): number | undefined {
  if (!anchor) return undefined;
  const factor = anchor.factor ?? (anchor.version === undefined ? usualAnchorFactor : 1);
  return anchor.margin ?? Math.min(1, factor * margin);
}

const isHoldout = ({ name }: PairedSuite) => name.startsWith('holdout/');

/** The first group that names the suite or its family. */
function groupOf(
  { name, family }: PairedSuite,
  { groups }: GatePolicy,
): [string, GatePolicy['groups'][string]] | undefined {
  return (
    Object.entries(groups).find(([, { suites }]) => suites.includes(name)) ??
    Object.entries(groups).find(([, { suites }]) => suites.includes(family))
  );
}

/** A suite with a margin of its own is judged individually, not as a member of a group. */
function isMember(suite: PairedSuite, group: string, policy: GatePolicy): boolean {
  return (
    groupOf(suite, policy)?.[0] === group &&
    suite.candidate.length > 0 &&
    policy.suites[suite.name]?.margin === undefined
  );
}

/** Holdouts of domains or labels that are new to the champion. */
export function newHoldouts(suites: readonly PairedSuite[]): PairedSuite[] {
  return suites.filter((suite) => suite.role === 'new' && isHoldout(suite) && suite.candidate.length > 0);
}

/** Wholes with at least two members: earlier domains, new domains, and the groups of the policy in its order. */
export function groupsOf(suites: readonly PairedSuite[], policy: GatePolicy): LimitedWhole[] {
  return wholesOf(suites, policy).filter(({ members }) => members.length > 1);
}

/** Limits for each suite that is the only member of its whole: it is judged once, by the limits of both. */
export function limitsAsWhole(suites: readonly PairedSuite[], policy: GatePolicy): ReadonlyMap<PairedSuite, Limits> {
  const lone = wholesOf(suites, policy).filter(({ members }) => members.length === 1);
  return new Map(lone.map(({ members: [suite], limits }) => [suite!, joined(limitsOf(suite!, policy), limits)]));
}

/**
 * The smallest of the margins applies, `harm` included. `watch` is dropped, since a loss within the margin is not shown
 * worse beyond it.
 */
function joined(own: Limits, whole: Limits): Limits {
  const { harm, watch: _, ...kept } = own;
  const least = (values: readonly (number | undefined)[]) => {
    const known = values.filter((value) => value !== undefined);
    return known.length === 0 ? undefined : smallestOf(known);
  };
  return {
    ...(own.floor === undefined && { chance: whole.chance }),
    ...kept,
    margin: least([own.margin, harm, whole.margin]),
    anchor: least([own.anchor, whole.anchor]),
    gain: whole.gain,
  };
}

function wholesOf(suites: readonly PairedSuite[], policy: GatePolicy): LimitedWhole[] {
  const limitsFor = (margin: number): Limits => ({ margin, anchor: anchorMargin(margin, policy) });
  const earlier = suites.filter(({ role }) => role === 'earlier');
  const fresh = newHoldouts(suites);
  const asked = suites.filter(({ role, champion }) => role === 'judged' && champion !== null);
  const declared = Object.entries(policy.groups).map(([name, { margin }]): LimitedWhole => {
    const members = asked.filter((suite) => isMember(suite, name, policy));
    return { name: `group/${name}`, members, weighing: 'suites', limits: limitsFor(margin ?? policy.margin) };
  });
  const limitsOfEarlier = limitsFor(policy.domains.margin ?? policy.margin);
  const wholes: LimitedWhole[] = [
    { name: earlierDomains, members: earlier, weighing: 'cases', limits: limitsOfEarlier },
    {
      name: newDomains,
      members: fresh,
      weighing: 'cases',
      limits: limitsOfNew(fresh, policy),
    },
    ...declared,
  ];
  return wholes.filter(({ members }) => members.length > 0);
}

/**
 * Limits for all new examples as one: the gain that the policy requires, and, unless a floor is set, a score above
 * guessing.
 */
function limitsOfNew(fresh: readonly PairedSuite[], { gain, domains }: GatePolicy): Limits {
  if (domains.floor !== undefined) return { gain };
  const cases = fresh.reduce((sum, { candidate }) => sum + candidate.length, 0);
  const chance = fresh.reduce((sum, suite) => sum + suite.chance * suite.candidate.length, 0) / cases;
  return { gain, chance };
}
