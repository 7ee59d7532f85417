/** Scores champion and candidate on every suite, case by case, on the same vectors; and on the holdout of every domain ever learned. */
import { join } from 'node:path';
import { runFolder, versionFolder } from '../core/workspace.js';
import { encodeCached } from '../encoder/cached.js';
import { type Adapter, openAdapter } from '../evaluation/adapter.js';
import { requireNumbers, scoreSuite } from '../evaluation/score-suite.js';
import { readSuites, type Suite, textsOf } from '../evaluation/suites.js';
import type { Queries } from '../store/database.js';
import { listExamples } from '../store/examples.js';
import { type PairedResult, saveResults } from '../store/results.js';
import type { Run } from '../store/runs.js';
import { verifiedFile, versionFiles } from '../training/versions.js';
import { type Mix, type Plan, readChampionManifest, type UpdateContext } from './context.js';

export const holdoutPrefix = 'holdout/';

/** The results, and how to store them together with the end of the stage. */
export async function evaluatePair(
  context: UpdateContext,
  run: Run,
  plan: Plan,
  mix: Mix,
): Promise<{ save: (queries: Queries) => Promise<void>; cases: number }> {
  const candidate = await openAdapter(join(runFolder(context.workspace, run.adapter, run.id), versionFiles.onnx), mix.classes);
  const champion = await openChampion(context, plan);
  const results: PairedResult[] = [];
  try {
    const suites = await listEvaluated(context, plan, mix);
    for (const [index, suite] of suites.entries()) {
      results.push(...(await scorePair(context, suite, { champion, candidate })));
      context.progress.advance(index + 1, suites.length, 'suites');
    }
  } finally {
    await candidate.close();
    await champion?.close();
  }
  return { save: (queries) => saveResults(queries, run.id, results), cases: results.length };
}

async function openChampion({ workspace }: UpdateContext, plan: Plan): Promise<Adapter | undefined> {
  const manifest = await readChampionManifest(workspace, plan);
  if (!manifest) return undefined;
  const folder = versionFolder(workspace, plan.declaration.name, manifest.version);
  return openAdapter(await verifiedFile(folder, manifest, versionFiles.onnx), manifest.classes);
}

/** Declared suites, and one for each domain's holdout; cases whose label the candidate has never seen are left out. */
export async function listEvaluated({ store, workspace }: UpdateContext, plan: Plan, mix: Mix): Promise<Suite[]> {
  const { name, tasks, suites } = plan.declaration;
  const classes = new Set(mix.classes);
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
  const holdouts = mix.domains.map((domain): Suite => {
    const cases = held.filter((example) => example.domain === domain && classes.has(example.label));
    return {
      name: `${holdoutPrefix}${domain}`,
      version: 1,
      kind: 'classification',
      capability: `What was learned of ${domain}.`,
      metric: 'accuracy',
      chance: 1 / mix.classes.length,
      contentHash: '',
      cases: cases.map(({ id, text, label }) => ({ id: String(id), text, label })),
    };
  });
  return [...holdouts, ...declared].filter((suite) => suite.cases.length > 0);
}

async function scorePair(
  { store, encoder, signal }: UpdateContext,
  suite: Suite,
  { champion, candidate }: { champion: Adapter | undefined; candidate: Adapter },
): Promise<PairedResult[]> {
  const vectors = await encodeCached(store, encoder, textsOf(suite), { signal });
  const score = async (adapter: Adapter) => requireNumbers(suite.name, scoreSuite(suite, await adapter.run(vectors, encoder.dimension)));
  const theirs = champion && (await score(champion));
  const ours = await score(candidate);
  return ours.map((own, index) => {
    const other = theirs?.[index];
    return {
      suite: suite.name,
      caseId: own.caseId,
      championScore: other?.score ?? null,
      candidateScore: own.score,
      championAnswer: other?.answer ?? null,
      candidateAnswer: own.answer ?? null,
    };
  });
}
