/**
 * All replay policies. A new one is one file in policies/ and one place in this array; admission, comparison, tests and
 * documentation follow.
 */
import { memberNamed, membersOf } from '../core/extensions.js';
import type { BufferRule } from '../declaration/declaration.js';
import { withFloor } from './floor.js';
import { checkOptions } from './options.js';
import { balancedReservoir } from './policies/balanced-reservoir.js';
import { compositeOf } from './policies/composite.js';
import { herding } from './policies/herding.js';
import { kCentre } from './policies/k-centre.js';
import { margin } from './policies/margin.js';
import { mixed } from './policies/mixed.js';
import { recency } from './policies/recency.js';
import { reservoir } from './policies/reservoir.js';
import { sourceQuota } from './policies/source-quota.js';
import type { ReplayPolicy } from './policy.js';

export const replayPolicies: readonly ReplayPolicy[] = [
  balancedReservoir,
  reservoir,
  herding,
  kCentre,
  recency,
  sourceQuota,
  margin,
  mixed,
  compositeOf((name) => policyNamed(name)),
];

/** The built-in policies, and those that the workspace adds. */
export function allPolicies(): readonly ReplayPolicy[] {
  return membersOf('policy', replayPolicies);
}

/** @throws POLICY_UNKNOWN */
export function policyNamed(name: string): ReplayPolicy {
  return memberNamed(allPolicies(), name, { code: 'POLICY_UNKNOWN', noun: 'replay policy' });
}

/**
 * The policy that `buffer` of adapter.yaml asks for, with its options and above its floor.
 * @throws POLICY_UNKNOWN, DECLARATION_INVALID for an option that the policy does not have, or out of its bounds
 */
export function policyFor({ policy: name, options, floor }: BufferRule): ReplayPolicy {
  const policy = policyNamed(name);
  checkOptions(policy, options);
  const choose: ReplayPolicy['choose'] = (selection) => policy.choose({ ...selection, options });
  return withFloor({ ...policy, ...policy.wantsFor?.(options), choose }, floor);
}
