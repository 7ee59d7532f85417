/** Keeps the counts of labels by domain true when single labels change. */
import type { Transaction } from '../store/database.js';
import { listStrata, type Stratum, saveStrata } from '../store/strata.js';
import type { Edited } from './edit-request.js';

/** @param relabelled examples of tasks with one label each; a set is counted for one of its labels, and stays there */
export async function moveBetweenStrata(
  transaction: Transaction,
  adapter: string,
  relabelled: readonly Edited[],
): Promise<void> {
  for (const task of new Set(relabelled.map(({ example }) => example.task))) {
    const strata = new Map((await listStrata(transaction, adapter, task)).map((one) => [keyOf(one), one]));
    const changed = new Set<string>();
    const count = (label: string, { domain, split }: Edited['example'], step: 1 | -1) => {
      const key = keyOf({ label, domain });
      const { received, held } = strata.get(key) ?? { received: 0, held: 0 };
      const heldStep = split === 'holdout' ? step : 0;
      strata.set(key, { label, domain, received: Math.max(0, received + step), held: Math.max(0, held + heldStep) });
      changed.add(key);
    };
    for (const { example, before, after } of relabelled) {
      if (example.task !== task) continue;
      count(before.label!, example, -1);
      count(after.label!, example, 1);
    }
    await saveStrata(
      transaction,
      adapter,
      task,
      [...changed].map((key) => strata.get(key)!),
    );
  }
}

const keyOf = ({ label, domain }: Pick<Stratum, 'label' | 'domain'>) => JSON.stringify([label, domain]);
