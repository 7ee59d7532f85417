/** Makes the report of each contender of a run from its stored results, lets the gate judge it, and chooses. */
import { type Domain, domainKey } from '../core/tasks.js';
import { type AccuracyMatrix, continualMetrics } from '../evaluation/continual.js';
import { mean } from '../evaluation/metrics.js';
import { goldOf } from '../evaluation/score-suite.js';
import { chooseContender } from '../gate/field.js';
import { judgeSuites, type PairedSuite, type SuiteRole } from '../gate/gate.js';
import type { DomainChange, Report } from '../gate/report.js';
import { summariseRows } from '../gate/verdict.js';
import { saveReports } from '../store/contenders.js';
import type { Queries } from '../store/database.js';
import { listDomainAccuracies, listResults, type PairedResult } from '../store/results.js';
import type { Run } from '../store/runs.js';
import type { Manifest } from '../training/versions.js';
import { type Mixes, type Plan, readChampionManifest, type UpdateContext } from './context.js';
import { knownTo } from './field.js';
import { type AskedSuite, holdoutPrefix, listAsked } from './suites.js';

/** Everything that the champion had learned before, as one: the parts are often too small to decide by themselves. */
export const earlierDomains = `${holdoutPrefix}earlier domains`;

/** Each contender on the same cases, by the same gate, from its stored results. */
export async function judgeField(context: UpdateContext, run: Run, plan: Plan, mixes: Mixes): Promise<Verdicts> {
  const suites = await listAsked(context, plan, knownTo(mixes));
  const champion = await readChampionManifest(context.workspace, plan);
  const judged: JudgedContender[] = [];
  for (const strategy of Object.keys(mixes)) {
    const results = groupBySuite(await listResults(context.store.queries, run.id, strategy));
    const pairs = suites.map((asked) => pairedSuite(asked, results.get(asked.suite.name) ?? [], champion));
    judged.push({ strategy, report: await reportOn(context, plan, { suites, pairs }) });
  }
  const candidates = judged.map(({ strategy, report }) => ({ strategy, report, ...report.continual, verdict: report.verdict }));
  const { strategy, report } = chooseContender(candidates)!;
  return { chosen: { strategy, report }, save: (queries) => saveReports(queries, run.id, judged, strategy) };
}

export interface JudgedContender {
  readonly strategy: string;
  readonly report: Report;
}

interface Verdicts {
  /** The one to propose. */
  readonly chosen: JudgedContender;
  readonly save: (queries: Queries) => Promise<void>;
}

interface Measured {
  readonly suites: readonly AskedSuite[];
  /** In the order of the suites. */
  readonly pairs: readonly PairedSuite[];
}

async function reportOn(context: UpdateContext, plan: Plan, { suites, pairs }: Measured): Promise<Report> {
  const rows = judgeSuites(withEarlierDomains(pairs), plan.declaration.gate!, plan.declaration.training.seed);
  const domains = suites.flatMap(({ domain }, index) => (domain ? [domainChange(domain, pairs[index]!)] : []));
  const matrix = await accuracyMatrix(context, plan, domains);
  return { ...summariseRows(rows), rows, domains, continual: continualMetrics(matrix) };
}

function groupBySuite(results: readonly PairedResult[]): Map<string, PairedResult[]> {
  const groups = new Map<string, PairedResult[]>();
  for (const result of results) {
    const group = groups.get(result.suite);
    if (group) group.push(result);
    else groups.set(result.suite, [result]);
  }
  return groups;
}

function pairedSuite({ suite, domain }: AskedSuite, results: readonly PairedResult[], champion: Manifest | undefined): PairedSuite {
  const gold = goldOf(suite);
  return {
    name: suite.name,
    kind: suite.kind,
    metric: suite.metric,
    chance: suite.chance,
    champion: champion ? results.map((result) => result.championScore!) : null,
    candidate: results.map((result) => result.candidateScore),
    gold: results.flatMap((result) => gold.get(result.caseId) ?? []),
    role: roleOf(domain, champion),
  };
}

function roleOf(domain: Domain | undefined, champion: Manifest | undefined): SuiteRole {
  if (!champion || !domain) return 'judged';
  return champion.domains.some((known) => domainKey(known) === domainKey(domain)) ? 'watched' : 'shown';
}

function withEarlierDomains(suites: readonly PairedSuite[]): PairedSuite[] {
  const watched = suites.filter((suite) => suite.role === 'watched');
  if (watched.length === 0) return [...suites];
  const whole: PairedSuite = {
    ...watched[0]!,
    name: earlierDomains,
    role: 'judged',
    champion: watched.flatMap((suite) => suite.champion ?? []),
    candidate: watched.flatMap((suite) => suite.candidate),
  };
  return [whole, ...suites];
}

function domainChange(learned: Domain, { name, champion, candidate }: PairedSuite): DomainChange {
  const domain = name.slice(holdoutPrefix.length);
  return { domain, learned, cases: candidate.length, champion: champion && mean(champion), candidate: mean(candidate) };
}

/** Rows: the champion's ancestors and itself, oldest first, then the candidate. Columns: domains as in `domains`. */
async function accuracyMatrix({ store, workspace }: UpdateContext, plan: Plan, domains: readonly DomainChange[]): Promise<AccuracyMatrix> {
  const stored = await listDomainAccuracies(store.queries, plan.declaration.name);
  const lineage = await listLineage(workspace, plan);
  const rowOf = (version: number) =>
    domains.map(({ learned }) => stored.find((row) => row.version === version && domainKey(row) === domainKey(learned))?.accuracy);
  return [...lineage.map(rowOf), domains.map(({ candidate }) => candidate)];
}

async function listLineage(workspace: UpdateContext['workspace'], plan: Plan): Promise<number[]> {
  const versions: number[] = [];
  for (let version = plan.parentVersion; version !== null; ) {
    versions.unshift(version);
    version = (await readChampionManifest(workspace, { ...plan, parentVersion: version }))!.parent;
  }
  return versions;
}
