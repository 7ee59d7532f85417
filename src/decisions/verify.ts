/** Recomputes a candidate's verdict from stored rows, and lists the differences from the stored report. */
import { EspalierError } from '../core/errors.js';
import { type Report, rulesVersion } from '../gate/report.js';
import { findCandidate } from '../store/candidates.js';
import { listContenders } from '../store/contenders.js';
import { readRun } from '../store/runs.js';
import { changedRow, type OnChanged } from '../store/sealed-row.js';
import type { Evaluated, Plan } from '../update/context.js';
import { type JudgeSite, judgeContenders } from '../update/stages/judge.js';
import { evaluationRules } from '../update/store-scores.js';

export interface Verification {
  readonly candidate: number;
  /** All contenders that were judged in its run. */
  readonly contenders: readonly VerifiedContender[];
}

export interface VerifiedContender {
  readonly strategy: string;
  readonly verdict: string;
  /**
   * Paths in the report, such as `rows.3.lower`, whose values differ from those recomputed from the stored rows; empty
   * if all agree.
   */
  readonly differences: readonly string[];
}

/**
 * If rows of the run were changed, the verdict is recomputed nevertheless, and these rows are named among the
 * differences.
 * @throws CANDIDATE_NOT_FOUND, NOT_VERIFIABLE, STORE_CORRUPT, INTERRUPTED
 */
export async function verifyCandidate(site: JudgeSite, id: number): Promise<Verification> {
  const { queries } = site;
  const { runId, report, verdict } = await findCandidate(queries, id);
  const changed = new Set<string>();
  const note: OnChanged = (what) => changed.add(what);
  const { plan, outputs } = await readRun(queries, runId, note);
  const stored = (await listContenders(queries, runId)).filter((contender) => contender.report !== null);
  const evaluated = outputs.evaluate as Evaluated | undefined;
  if (evaluated?.rules !== evaluationRules || (report as Report).rulesVersion !== rulesVersion) {
    requireOlder(id, { changed, report, kept: stored.find(({ chosen }) => chosen)?.report });
    throw new EspalierError(
      'NOT_VERIFIABLE',
      `candidate ${id} was judged by another version of Espalier, whose rules or stored results differ`,
    );
  }
  const strategies = stored.map(({ strategy }) => strategy);
  const strange = strategies.find((strategy) => evaluated.costs[strategy] === undefined);
  if (strange !== undefined) throw changedRow(`the contender ${strange} of run ${runId}`);
  const judged = await judgeContenders(site, { id: runId, plan: plan as Plan, evaluated, strategies }, note).catch(
    (cause) => {
      const [what] = changed;
      throw what === undefined ? cause : changedRow(what, { cause });
    },
  );
  const contenders = judged.map(({ strategy, report: again }, index): VerifiedContender => {
    const { chosen, report: kept } = stored[index]!;
    // A decision uses the candidate's own copy of the report.
    const ofCandidate = chosen
      ? findDifferences({ ...(report as object), column: verdict }, { ...plain(again), column: again.verdict }, [
          'candidate',
        ])
      : [];
    const differences = [...changed, ...findDifferences(kept, plain(again)), ...ofCandidate];
    return { strategy, verdict: again.verdict, differences };
  });
  return { candidate: id, contenders };
}

/**
 * Candidates of older rules cannot be judged again, and are decided by their stored verdict.
 * @throws VERDICT_DIFFERS
 */
export async function requireTrueVerdict(site: JudgeSite, id: number): Promise<void> {
  const verification = await verifyCandidate(site, id).catch((thrown: unknown) => {
    if (thrown instanceof EspalierError && thrown.code === 'NOT_VERIFIABLE') return undefined;
    throw thrown;
  });
  const places = (verification?.contenders ?? []).flatMap(({ differences }) => differences);
  if (places.length === 0) return;
  throw new EspalierError(
    'VERDICT_DIFFERS',
    `candidate ${id} is not what the stored results give: ${places.slice(0, 3).join(', ')}`,
  );
}

interface Rules {
  readonly changed: ReadonlySet<string>;
  /** The report in the candidate's row, and the copy in the chosen contender's row. */
  readonly report: unknown;
  readonly kept: unknown;
}

/**
 * Checks that a run of apparently older rules is unchanged, since its rows may have been edited to appear older.
 * @throws STORE_CORRUPT
 */
function requireOlder(id: number, { changed, report, kept }: Rules): void {
  const [what] = changed;
  if (what !== undefined) throw changedRow(what);
  if (kept !== undefined && findDifferences(report, kept).length > 0) throw changedRow(`the report of candidate ${id}`);
}

/** The value as it is after being stored as JSON. */
const plain = (value: object): object => JSON.parse(JSON.stringify(value)) as object;

function findDifferences(a: unknown, b: unknown, path: readonly string[] = []): string[] {
  if (Object.is(a, b)) return [];
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null)
    return [path.join('.') || 'the whole report'];
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((key) =>
    findDifferences(left[key], right[key], [...path, key]),
  );
}
