/** Counts how often the anchor has refused a replacement for the present champion. */
import { readReport } from '../gate/read-report.js';
import { listCandidates } from '../store/candidates.js';
import type { Queries } from '../store/database.js';

/** Counts candidates of earlier runs that were compared with the same champion and did not pass its anchor. */
export async function countRefusals(
  queries: Queries,
  adapter: string,
  champion: number | null,
  runId: number,
): Promise<number> {
  if (champion === null) return 0;
  const rivals = (await listCandidates(queries, { adapter })).filter(
    (candidate) => candidate.championVersion === champion && candidate.runId < runId,
  );
  const isRefused = ({ report }: (typeof rivals)[number]) =>
    readReport(report).rows.some(({ findings }) =>
      findings.some(({ rule, verdict }) => rule === 'anchor' && verdict !== 'pass'),
    );
  return rivals.filter(isRefused).length;
}
