/** Works a candidate's verdict out again from stored rows, and says where the stored report differs. */
import { EspalierError } from '../core/errors.js';
import { type Report, rulesVersion } from '../gate/report.js';
import { findCandidate } from '../store/candidates.js';
import { listContenders } from '../store/contenders.js';
import type { Queries } from '../store/database.js';
import { readRun } from '../store/runs.js';
import type { Evaluated, Plan } from '../update/context.js';
import { evaluationRules } from '../update/stages/evaluate.js';
import { judgeContenders } from '../update/stages/judge.js';

export interface Verification {
  readonly candidate: number;
  /** Everything that was judged for it. */
  readonly contenders: readonly VerifiedContender[];
}

export interface VerifiedContender {
  readonly strategy: string;
  readonly verdict: string;
  /** Places of the report, such as `rows.3.lower`, where it is not what the stored rows give; empty: all of it agrees. */
  readonly differences: readonly string[];
}

/** @throws CANDIDATE_NOT_FOUND, NOT_VERIFIABLE */
export async function verifyCandidate(queries: Queries, id: number): Promise<Verification> {
  const { runId, report, verdict } = await findCandidate(queries, id);
  const { plan, outputs } = await readRun(queries, runId);
  const evaluated = outputs.evaluate as Evaluated | undefined;
  if (evaluated?.rules !== evaluationRules || (report as Report).rulesVersion !== rulesVersion)
    throw new EspalierError(
      'NOT_VERIFIABLE',
      `candidate ${id} was judged by another version of Espalier, whose rules or stored results differ`,
    );
  const stored = (await listContenders(queries, runId)).filter((contender) => contender.report !== null);
  const strategies = stored.map(({ strategy }) => strategy);
  const judged = await judgeContenders(queries, { id: runId, plan: plan as Plan, evaluated, strategies });
  const contenders = judged.map(({ strategy, report: again }, index): VerifiedContender => {
    const { chosen, report: kept } = stored[index]!;
    // What is decided on is the candidate's own copy.
    const ofCandidate = chosen
      ? findDifferences({ ...(report as object), column: verdict }, { ...plain(again), column: again.verdict }, ['candidate'])
      : [];
    const differences = [...findDifferences(kept, plain(again)), ...ofCandidate];
    return { strategy, verdict: again.verdict, differences };
  });
  return { candidate: id, contenders };
}

/** As JSON keeps it. */
const plain = (value: object): object => JSON.parse(JSON.stringify(value)) as object;

function findDifferences(a: unknown, b: unknown, path: readonly string[] = []): string[] {
  if (Object.is(a, b)) return [];
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return [path.join('.') || 'the whole report'];
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((key) =>
    findDifferences(left[key], right[key], [...path, key]),
  );
}
