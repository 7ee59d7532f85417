/**
 * All replay policies. A new one is one file in policies/ and one place in this array; admission, comparison, tests and
 * documentation follow.
 */
import { EspalierError } from '../core/errors.js';
import { currentExtensions } from '../core/extensions.js';
import { suggestAmong } from '../core/text.js';
import { balancedReservoir } from './policies/balanced-reservoir.js';
import { herding } from './policies/herding.js';
import { reservoir } from './policies/reservoir.js';
import type { ReplayPolicy } from './policy.js';

export const replayPolicies: readonly ReplayPolicy[] = [balancedReservoir, reservoir, herding];

/** The built-in policies, and those that the workspace adds. */
export function allPolicies(): readonly ReplayPolicy[] {
  return [...replayPolicies, ...(currentExtensions().members.policy as readonly ReplayPolicy[])];
}

/** @throws POLICY_UNKNOWN */
export function policyNamed(name: string): ReplayPolicy {
  const found = allPolicies().find((policy) => policy.name === name);
  if (found) return found;
  const hint = suggestAmong(
    name,
    allPolicies().map((policy) => policy.name),
  );
  throw new EspalierError('POLICY_UNKNOWN', `no replay policy is called \`${name}\``, { hint });
}
