/** Scores champion and contenders on every suite, case by case, on the same vectors; and on the holdout of every domain ever learned. */
import { join } from 'node:path';
import { versionFolder } from '../core/workspace.js';
import { encodeCached } from '../encoder/cached.js';
import { type Adapter, openAdapter } from '../evaluation/adapter.js';
import { type CaseScore, requireNumbers, scoreSuite } from '../evaluation/score-suite.js';
import { type Suite, textsOf } from '../evaluation/suites.js';
import type { Queries } from '../store/database.js';
import { type PairedResult, saveResults } from '../store/results.js';
import type { Run } from '../store/runs.js';
import { verifiedFile, versionFiles } from '../training/versions.js';
import { contenderFolder, type Mixes, type Plan, readChampionManifest, type UpdateContext } from './context.js';
import { knownTo } from './field.js';
import { type AskedSuite, listAsked } from './suites.js';

/** By strategy. */
type Contenders = Readonly<Record<string, Adapter>>;

/** The number of cases, and how to store their results together with the end of the stage. */
export async function evaluateField(
  context: UpdateContext,
  run: Run,
  plan: Plan,
  mixes: Mixes,
): Promise<{ save: (queries: Queries) => Promise<void>; cases: number }> {
  const champion = await openChampion(context, plan);
  const contenders: Record<string, Adapter> = {};
  const results: PairedResult[] = [];
  let cases = 0;
  try {
    for (const [strategy, { classes }] of Object.entries(mixes))
      contenders[strategy] = await openAdapter(join(contenderFolder(context.workspace, run, strategy), versionFiles.onnx), classes);
    const suites = await listAsked(context, plan, knownTo(mixes));
    for (const [index, asked] of suites.entries()) {
      const scored = await scoreSuiteByAll(context, asked, { champion, contenders });
      results.push(...scored.results);
      cases += scored.cases;
      context.progress.advance(index + 1, suites.length, 'suites');
    }
  } finally {
    for (const adapter of Object.values(contenders)) await adapter.close();
    await champion?.close();
  }
  return { save: (queries) => saveResults(queries, run.id, results), cases };
}

async function openChampion({ workspace }: UpdateContext, plan: Plan): Promise<Adapter | undefined> {
  const manifest = await readChampionManifest(workspace, plan);
  if (!manifest) return undefined;
  const folder = versionFolder(workspace, plan.declaration.name, manifest.version);
  return openAdapter(await verifiedFile(folder, manifest, versionFiles.onnx), manifest.classes);
}

/** The champion answers once; each contender is paired with it case by case. */
async function scoreSuiteByAll(
  { store, encoder, signal }: UpdateContext,
  { suite, task }: AskedSuite,
  { champion, contenders }: { champion: Adapter | undefined; contenders: Contenders },
): Promise<{ results: PairedResult[]; cases: number }> {
  const vectors = await encodeCached(store, encoder, textsOf(suite), { signal });
  const score = async (adapter: Adapter) =>
    requireNumbers(suite.name, scoreSuite(suite, await adapter.run(vectors, encoder.dimension), task));
  const theirs = champion && (await score(champion));
  const results: PairedResult[] = [];
  let cases = 0;
  for (const [contender, adapter] of Object.entries(contenders)) {
    const ours = await score(adapter);
    cases = ours.length;
    results.push(...ours.map((own, index) => pairUp(contender, suite, own, theirs?.[index])));
  }
  return { results, cases };
}

function pairUp(contender: string, { name }: Suite, own: CaseScore, other: CaseScore | undefined): PairedResult {
  return {
    contender,
    suite: name,
    caseId: own.caseId,
    championScore: other?.score ?? null,
    candidateScore: own.score,
    championAnswer: other?.answer ?? null,
    candidateAnswer: own.answer ?? null,
  };
}
