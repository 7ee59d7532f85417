/**
 * Compares the plan of an unfinished run with the present declaration and store: a person who has corrected a mistake
 * may not want the old plan.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError } from '../core/errors.js';
import { sha256OfFile } from '../core/hash.js';
import { type AdapterDeclaration, withUsualSettings } from '../declaration/declaration.js';
import { type Difference, differencesBetween } from '../declaration/differences.js';
import { listSuites } from '../evaluation/suites.js';
import { countExamplesAfter } from '../store/examples.js';
import { listRevisions } from '../store/revisions.js';
import type { Run } from '../store/runs.js';
import type { Plan, UpdateContext } from './context.js';
import { keepRun } from './lease.js';

export type { Difference } from '../declaration/differences.js';

/** resume: the run follows its plan. fresh: it is ended, and another begins. stop: it is left unchanged. */
export type Intention = 'resume' | 'fresh' | 'stop';

/** An unfinished run that could be resumed. */
export interface Unfinished {
  readonly run: number;
  readonly adapter: string;
  readonly stage: string;
  readonly startedAt: string;
}

/** Called only if something differs. */
export type Decide = (differs: readonly Difference[], unfinished: Unfinished) => Intention | Promise<Intention>;

export interface Resumed {
  /** The stage that it was resumed at. */
  readonly at: string;
  /** Differences between its plan and what was declared and stored when it was resumed. */
  readonly differs: readonly Difference[];
}

type DifferenceContext = Pick<UpdateContext, 'store' | 'workspace'>;

export async function findDifferences(
  context: DifferenceContext,
  plan: Plan,
  declaration: AdapterDeclaration,
): Promise<Difference[]> {
  const planned = withUsualSettings(plan.declaration, context.workspace.headSettings);
  const settings = differencesBetween(relevant(planned), relevant(declaration), '', ordered);
  return [
    ...settings,
    ...(await findEditedSuites(context, plan, declaration)),
    ...(await findArrivals(context, plan)),
    ...(await findRevisions(context, plan)),
  ];
}

/** Lists whose order is significant. */
const ordered: ReadonlySet<string> = new Set(['encoder.pooling']);

/**
 * Omits the name, which cannot differ; the strategy, which the plan replaces by a field; and the sections `schedule` and
 * `intake`, which no update reads.
 */
function relevant({ name: _, strategy: __, schedule: ___, intake: ____, ...settings }: AdapterDeclaration) {
  return settings;
}

/** Compares only the suites that were declared then and still are. */
async function findEditedSuites(
  { workspace }: DifferenceContext,
  { suiteHashes = {} }: Plan,
  { suites }: AdapterDeclaration,
): Promise<Difference[]> {
  const now = await hashSuites(workspace.suiteFolders, suites);
  return suites
    .filter((name) => suiteHashes[name] !== undefined && suiteHashes[name] !== now[name])
    .map((name) => {
      const sentence =
        now[name] === undefined ? `suite ${name}: its files are gone` : `suite ${name}: its files were edited`;
      return { key: `suite ${name}`, planned: suiteHashes[name], now: now[name], sentence };
    });
}

/** Suite -> SHA-256 of suite.yaml and of the cases; omits those that cannot be found. */
export async function hashSuites(
  folders: readonly string[],
  names: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const known = await listSuites(folders);
  const hashes: Record<string, string> = {};
  for (const name of names) {
    const files = ['suite.yaml', 'cases.jsonl'].map((file) => join(known.get(name) ?? '', file));
    if (!known.has(name) || !files.every((file) => existsSync(file))) continue;
    hashes[name] = (await Promise.all(files.map(sha256OfFile))).join(' ');
  }
  return hashes;
}

async function findArrivals(
  { store }: DifferenceContext,
  { declaration, throughExample }: Plan,
): Promise<Difference[]> {
  const { train, holdout } = await countExamplesAfter(store.queries, declaration.name, throughExample);
  if (train + holdout === 0) return [];
  const arrived =
    train + holdout === 1 ? '1 more example has arrived' : `${train + holdout} more examples have arrived`;
  const sentence = `${arrived}: ${train} to learn from, ${holdout} held out`;
  return [{ key: 'examples', planned: { train: 0, holdout: 0 }, now: { train, holdout }, sentence }];
}

async function findRevisions(
  { store }: DifferenceContext,
  { declaration, throughRevision: after = 0 }: Plan,
): Promise<Difference[]> {
  const range = { adapter: declaration.name, after, through: Number.MAX_SAFE_INTEGER };
  const count = new Set((await listRevisions(store.queries, range)).map(({ exampleId }) => exampleId)).size;
  if (count === 0) return [];
  const sentence = `${count === 1 ? '1 example was' : `${count} examples were`} changed: label, weight or quarantine`;
  return [{ key: 'revisions', planned: 0, now: count, sentence }];
}

/**
 * Renews the run's lease while a person decides, which may take longer than a lease lasts. @throws INTERRUPTED,
 * LEASE_LOST
 */
export async function askIntention(
  { store }: UpdateContext,
  run: Run,
  ask: () => ReturnType<Decide>,
): Promise<'resume' | 'fresh'> {
  const lease = keepRun(store, run);
  try {
    const intention = await ask();
    if (lease.lost.aborted) throw lease.lost.reason;
    if (intention !== 'stop') return intention;
  } finally {
    lease.stop();
  }
  throw new EspalierError(
    'INTERRUPTED',
    `run ${run.id} of ${run.adapter} was left as it is, unfinished at its stage ${run.stage}`,
    {
      hint: `\`espalier update ${run.adapter}\` asks again; with \`fresh\` it ends that run and begins anew.`,
      parameters: ['fresh'],
    },
  );
}
