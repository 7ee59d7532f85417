/** Keeps the counts of labels by domain true when examples change their label, or leave. */
import { isLabelSet } from '../core/label-sets.js';
import type { Transaction } from '../store/database.js';
import type { Example } from '../store/examples.js';
import { listStrata, type Stratum, saveStrata } from '../store/strata.js';

/** An example that comes to a stratum, or leaves it. */
export interface StratumStep extends Pick<Example, 'task' | 'label' | 'domain' | 'split'> {
  readonly step: 1 | -1;
}

/** A set of labels is counted for the rarest of them at the time, which nobody remembers: sets are passed over. */
export async function countInStrata(
  transaction: Transaction,
  adapter: string,
  steps: readonly StratumStep[],
): Promise<void> {
  const counted = steps.filter(({ label }) => !isLabelSet(label));
  for (const task of new Set(counted.map((one) => one.task))) {
    const strata = new Map((await listStrata(transaction, adapter, task)).map((one) => [keyOf(one), one]));
    const changed = new Set<string>();
    for (const { label, domain, split, step } of counted.filter((one) => one.task === task)) {
      const key = keyOf({ label, domain });
      const { received, held } = strata.get(key) ?? { received: 0, held: 0 };
      const heldStep = split === 'holdout' ? step : 0;
      strata.set(key, { label, domain, received: Math.max(0, received + step), held: Math.max(0, held + heldStep) });
      changed.add(key);
    }
    const rows = [...changed].map((key) => strata.get(key)!);
    await saveStrata(transaction, adapter, task, rows);
  }
}

const keyOf = ({ label, domain }: Pick<Stratum, 'label' | 'domain'>) => JSON.stringify([label, domain]);
