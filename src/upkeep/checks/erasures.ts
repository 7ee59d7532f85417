import { listAdapterNames } from '../../declaration/workspace.js';
import { findChampionVersion } from '../../store/candidates.js';
import { listErasures, listTainted } from '../../store/erasures.js';
import type { Check, Found } from '../check.js';
import { commandLine } from '../command-line.js';

/** Whether every erasure has come to its end, and no version that had learned what was erased serves still. */
export const erasuresCheck: Check = {
  name: 'erasures',
  async run({ workspace, store: { queries } }) {
    const found: Found[] = (await listErasures(queries))
      .filter(({ step }) => step !== 'done')
      .map(({ id, adapter, step }) => ({
        severity: 'error',
        what: `it was stopped at the step \`${step}\``,
        where: `${adapter}, erasure ${id}`,
        command: commandLine(['espalier', 'erase', 'resume', String(id)]),
      }));
    for (const adapter of await listAdapterNames(workspace)) {
      const champion = await findChampionVersion(queries, adapter);
      const erasure = champion === null ? undefined : (await listTainted(queries, adapter)).get(champion);
      if (erasure === undefined) continue;
      found.push({
        severity: 'warning',
        what: `the champion had learned what erasure ${erasure} removed: approve a candidate without it`,
        where: `${adapter}, version ${champion}`,
        command: commandLine(['espalier', 'candidates', 'list']),
      });
    }
    return found;
  },
};
