/** Adjusts the p values of a batch for the number of its tests. */
import { groupBy } from '../core/grouping.js';
import { smallestOf } from '../core/sequences.js';
import { holm } from '../gate/statistics/holm.js';
import { isMeasured, type ScopeCheck } from './drift-check.js';

type Unadjusted = Omit<ScopeCheck, 'p'>;

/** Adds to each scope its smallest p, adjusted for the tests of all scopes that decide, or for its own. */
export function withAdjusted(checks: readonly Unadjusted[]): ScopeCheck[] {
  const families = groupBy(checks, ({ decides }) => decides);
  const smallest = new Map<Unadjusted, number | null>();
  for (const family of families.values()) {
    const tests = family.flatMap((check) => pValuesOf(check).map((p) => ({ check, p })));
    const adjusted = holm(tests.map(({ p }) => p));
    for (const check of family) {
      const own = adjusted.filter((_, index) => tests[index]!.check === check);
      smallest.set(check, own.length === 0 ? null : smallestOf(own));
    }
  }
  return checks.map((check) => ({ ...check, p: smallest.get(check) ?? null }));
}

function pValuesOf({ inputs, scores, novelty }: Unadjusted): number[] {
  return [inputs, scores, novelty].flatMap((test) => (isMeasured(test) && test.p !== null ? [test.p] : []));
}
