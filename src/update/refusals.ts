/** How often the anchor has refused what would replace the present champion. */
import { readReport } from '../gate/read-report.js';
import { listCandidates } from '../store/candidates.js';
import type { Queries } from '../store/database.js';

/** Candidates of earlier runs that were compared with the same champion and did not pass its anchor. */
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
