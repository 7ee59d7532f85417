/** Which lines of a policy apply to which suite, and what is judged as one. */

import { smallestOf } from '../core/sequences.js';
import type { GatePolicy } from '../declaration/gate-policy.js';
import type { PairedSuite, Whole } from './paired.js';

/**
 * The factor of the anchor's margin where a policy names none; docs/gate.md shows the simulations that it was chosen
 * from.
 */
export const usualAnchorFactor = 1.75;

/** Everything that earlier versions learned, as one: the parts are often too small to decide by themselves. */
export const earlierDomains = 'holdout/earlier domains';
export const newDomains = 'holdout/new domains';

/** What is asked of a suite or a whole; undefined: nothing. */
export interface Limits {
  /** Score of guessing, where nothing can be lost and no floor is declared. */
  readonly chance?: number | undefined;
  readonly floor?: number | undefined;
  readonly margin?: number | undefined;
  /** No whole speaks for it, so that it is held against guessing however few its cases are. */
  readonly decidesAlone?: boolean | undefined;
  /** The rule that the margin stands for; not-inferior unless told. */
  readonly marginRule?: 'not-inferior' | 'macro' | undefined;
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
 * The largest loss against the anchor; undefined where the policy has none, or was made before there was one by
 * default. A version that is named is a promise of its own, so that the margin against it is that against the champion
 * unless told.
 */
function anchorMargin(margin: number, { anchor }: GatePolicy): number | undefined {
  if (!anchor) return undefined;
  const factor = anchor.factor ?? (anchor.version === undefined ? usualAnchorFactor : 1);
  return anchor.margin ?? Math.min(1, factor * margin);
}

const isHoldout = ({ name }: PairedSuite) => name.startsWith('holdout/');

/** The first group that names the suite, or its family. */
function groupOf(
  { name, family }: PairedSuite,
  { groups }: GatePolicy,
): [string, GatePolicy['groups'][string]] | undefined {
  return (
    Object.entries(groups).find(([, { suites }]) => suites.includes(name)) ??
    Object.entries(groups).find(([, { suites }]) => suites.includes(family))
  );
}

/** What has a margin of its own is judged by itself alone. */
function isMember(suite: PairedSuite, group: string, policy: GatePolicy): boolean {
  return (
    groupOf(suite, policy)?.[0] === group &&
    suite.candidate.length > 0 &&
    policy.suites[suite.name]?.margin === undefined
  );
}

/** Held-out examples of what is new to the champion. */
export function newHoldouts(suites: readonly PairedSuite[]): PairedSuite[] {
  return suites.filter((suite) => suite.role === 'new' && isHoldout(suite) && suite.candidate.length > 0);
}

/** The wholes of two members or more: earlier domains, new domains, and the groups of the policy in its order. */
export function groupsOf(suites: readonly PairedSuite[], policy: GatePolicy): LimitedWhole[] {
  return wholesOf(suites, policy).filter(({ members }) => members.length > 1);
}

/** What is asked of a suite that is the only member of its whole: it is judged once, by the lines of both. */
export function limitsAsWhole(suites: readonly PairedSuite[], policy: GatePolicy): ReadonlyMap<PairedSuite, Limits> {
  const lone = wholesOf(suites, policy).filter(({ members }) => members.length === 1);
  return new Map(lone.map(({ members: [suite], limits }) => [suite!, joined(limitsOf(suite!, policy), limits)]));
}

/**
 * The stricter of two margins holds. A loss within the margin is no harm beyond it, and is not shown worse beyond it
 * either.
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
 * Of all new examples as one: the gain that the policy asks for, and that the head does better than guessing where no
 * floor says more.
 */
function limitsOfNew(fresh: readonly PairedSuite[], { gain, domains }: GatePolicy): Limits {
  if (domains.floor !== undefined) return { gain };
  const cases = fresh.reduce((sum, { candidate }) => sum + candidate.length, 0);
  const chance = fresh.reduce((sum, suite) => sum + suite.chance * suite.candidate.length, 0) / cases;
  return { gain, chance };
}
