/**
 * All replay policies. A new one is one file in policies/ and one place in this array; admission, comparison, tests and
 * documentation follow.
 */
import { memberNamed, membersOf } from '../core/extensions.js';
import { balancedReservoir } from './policies/balanced-reservoir.js';
import { herding } from './policies/herding.js';
import { reservoir } from './policies/reservoir.js';
import type { ReplayPolicy } from './policy.js';

export const replayPolicies: readonly ReplayPolicy[] = [balancedReservoir, reservoir, herding];

/** The built-in policies, and those that the workspace adds. */
export function allPolicies(): readonly ReplayPolicy[] {
  return membersOf('policy', replayPolicies);
}

/** @throws POLICY_UNKNOWN */
export function policyNamed(name: string): ReplayPolicy {
  return memberNamed(allPolicies(), name, { code: 'POLICY_UNKNOWN', noun: 'replay policy' });
}
