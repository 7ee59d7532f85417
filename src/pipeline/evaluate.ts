/** Scores champion and contenders on every suite, case by case, on the same vectors; and on the holdout of every domain ever learned. */
import { join } from 'node:path';
import { versionFolder } from '../core/workspace.js';
import { encodeCached } from '../encoder/cached.js';
import { type Adapter, openAdapter } from '../evaluation/adapter.js';
import { type CaseScore, requireNumbers, scoreSuite } from '../evaluation/score-suite.js';
import { readSuites, type Suite, textsOf } from '../evaluation/suites.js';
import type { Queries } from '../store/database.js';
import { listExamples } from '../store/examples.js';
import { type PairedResult, saveResults } from '../store/results.js';
import type { Run } from '../store/runs.js';
import { verifiedFile, versionFiles } from '../training/versions.js';
import { contenderFolder, type Mixes, type Plan, readChampionManifest, type UpdateContext } from './context.js';
import { type Known, knownTo } from './field.js';

export const holdoutPrefix = 'holdout/';

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
    const suites = await listEvaluated(context, plan, knownTo(mixes));
    for (const [index, suite] of suites.entries()) {
      const scored = await scoreSuiteByAll(context, suite, { champion, contenders });
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

/** Declared suites, and one for each domain's holdout; cases whose label no contender has ever seen are left out. */
export async function listEvaluated({ store, workspace }: UpdateContext, plan: Plan, known: Known): Promise<Suite[]> {
  const { name, tasks, suites } = plan.declaration;
  const classes = new Set(known.classes);
  const declared = (await readSuites(workspace.suiteFolders, suites)).map((suite) =>
    suite.kind === 'classification' ? { ...suite, cases: suite.cases.filter(({ label }) => classes.has(label)) } : suite,
  );
  const held = await listExamples(store, {
    adapter: name,
    task: tasks[0]!.name,
    split: 'holdout',
    afterId: 0,
    throughId: plan.throughExample,
  });
  const holdouts = known.domains.map((domain): Suite => {
    const cases = held.filter((example) => example.domain === domain && classes.has(example.label));
    return {
      name: `${holdoutPrefix}${domain}`,
      version: 1,
      kind: 'classification',
      capability: `What was learned of ${domain}.`,
      metric: 'accuracy',
      chance: 1 / known.classes.length,
      contentHash: '',
      cases: cases.map(({ id, text, label }) => ({ id: String(id), text, label })),
    };
  });
  return [...holdouts, ...declared].filter((suite) => suite.cases.length > 0);
}

/** The champion answers once; each contender is paired with it case by case. */
async function scoreSuiteByAll(
  { store, encoder, signal }: UpdateContext,
  suite: Suite,
  { champion, contenders }: { champion: Adapter | undefined; contenders: Contenders },
): Promise<{ results: PairedResult[]; cases: number }> {
  const vectors = await encodeCached(store, encoder, textsOf(suite), { signal });
  const score = async (adapter: Adapter) => requireNumbers(suite.name, scoreSuite(suite, await adapter.run(vectors, encoder.dimension)));
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
