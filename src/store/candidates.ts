/**
 * The tables `candidates`, `decisions` and `adapters`: proposed versions, decisions, and the champion of each adapter.
 */
import { sql } from 'kysely';
import { EspalierError } from '../core/errors.js';
import { readJson } from './sealed-row.js';
import type { Queries, Transaction } from './store.js';

export type Verdict = 'pass' | 'fail' | 'inconclusive';

export interface Candidate {
  readonly id: number;
  readonly adapter: string;
  readonly version: number;
  readonly runId: number;
  /** The champion that it was compared with; null if there was none. */
  readonly championVersion: number | null;
  readonly status: 'waiting' | 'approved' | 'rejected';
  readonly verdict: Verdict;
  readonly report: unknown;
  readonly createdAt: string;
}

export interface Decision {
  readonly id: number;
  readonly adapter: string;
  readonly candidateId: number | null;
  readonly act: 'approve' | 'override' | 'reject' | 'rollback';
  readonly fromVersion: number | null;
  readonly toVersion: number | null;
  readonly actor: string;
  readonly reason: string;
  readonly at: string;
}

/** Whether a decision made its candidate champion. */
export const isApproval = (act: Decision['act']): boolean => act === 'approve' || act === 'override';

/** A candidate to be proposed. */
export interface NewCandidate extends Omit<Candidate, 'id' | 'status'> {
  /** SHA-256 of the version's manifest. */
  readonly manifestHash?: string;
}

export async function insertCandidate(transaction: Transaction, candidate: NewCandidate): Promise<number> {
  const { id } = await transaction
    .insertInto('candidates')
    .values({
      adapter: candidate.adapter,
      version: candidate.version,
      run_id: candidate.runId,
      champion_version: candidate.championVersion,
      status: 'waiting',
      verdict: candidate.verdict,
      report: JSON.stringify(candidate.report),
      created_at: candidate.createdAt,
      manifest_hash: candidate.manifestHash ?? null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** @throws CANDIDATE_NOT_FOUND */
export async function findCandidate(queries: Queries, id: number): Promise<Candidate> {
  const row = await selectCandidates(queries).where('id', '=', id).executeTakeFirst();
  if (!row) throw new EspalierError('CANDIDATE_NOT_FOUND', `there is no candidate ${id}`);
  return candidateOf(row);
}

/** Lists candidates, newest first. */
export async function listCandidates(
  queries: Queries,
  filter: { adapter?: string | undefined; status?: Candidate['status'] | undefined },
): Promise<Candidate[]> {
  let query = selectCandidates(queries).orderBy('id', 'desc');
  if (filter.adapter !== undefined) query = query.where('adapter', '=', filter.adapter);
  if (filter.status !== undefined) query = query.where('status', '=', filter.status);
  return (await query.execute()).map(candidateOf);
}

export async function setCandidateStatus(
  transaction: Transaction,
  id: number,
  status: Candidate['status'],
): Promise<void> {
  await transaction.updateTable('candidates').set({ status }).where('id', '=', id).execute();
}

/** The champion's version, which must match the last decision. @throws STORE_CORRUPT */
export async function findChampionVersion(queries: Queries, adapter: string): Promise<number | null> {
  const row = await queries
    .selectFrom('adapters')
    .select('champion_version')
    .where('name', '=', adapter)
    .executeTakeFirst();
  const decision = await findServingDecision(queries, adapter);
  const [champion, decided] = [row?.champion_version ?? null, decision?.to_version ?? null];
  if (champion === decided) return champion;
  const inWords = (version: number | null) => (version === null ? 'none' : `version ${version}`);
  throw new EspalierError(
    'STORE_CORRUPT',
    `${adapter}'s champion is ${inWords(champion)}, but the last decision made it ${inWords(decided)}`,
    {
      hint: 'The database was changed outside of Espalier. Restore it from a backup.',
    },
  );
}

/** The last decision that made a version champion. */
async function findServingDecision(queries: Queries, adapter: string) {
  return queries
    .selectFrom('decisions')
    .select(['to_version', 'at'])
    .where('adapter', '=', adapter)
    .where('act', '!=', 'reject')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** Names of all adapters in the store, in alphabetical order. */
export async function listKnownAdapters(queries: Queries): Promise<string[]> {
  const rows = await queries.selectFrom('adapters').select('name').execute();
  return rows.map(({ name }) => name).sort();
}

/** All proposed versions of the adapter, in ascending order. */
export async function listVersions(queries: Queries, adapter: string): Promise<number[]> {
  const versions = queries.selectFrom('candidates').select('version').where('adapter', '=', adapter);
  return (await versions.orderBy('version').execute()).map(({ version }) => version);
}

/** When the champion was last made champion; undefined if there is none. */
export async function findChampionSince(queries: Queries, adapter: string): Promise<string | undefined> {
  return (await findServingDecision(queries, adapter))?.at;
}

/** When the adapter first appeared in the store; undefined if it has no example. */
export async function findAdapterCreation(queries: Queries, adapter: string): Promise<string | undefined> {
  const row = await queries.selectFrom('adapters').select('created_at').where('name', '=', adapter).executeTakeFirst();
  return row?.created_at;
}

export async function setChampionVersion(transaction: Transaction, adapter: string, version: number): Promise<void> {
  await transaction.updateTable('adapters').set({ champion_version: version }).where('name', '=', adapter).execute();
}

/** Hash of the version's manifest from when it was proposed; null if unknown. */
export async function findManifestHash(queries: Queries, adapter: string, version: number): Promise<string | null> {
  const row = await queries
    .selectFrom('candidates')
    .select('manifest_hash')
    .where('adapter', '=', adapter)
    .where('version', '=', version)
    .executeTakeFirst();
  return row?.manifest_hash ?? null;
}

/** One more than the highest version of the adapter. */
export async function nextVersion(queries: Queries, adapter: string): Promise<number> {
  const row = await queries
    .selectFrom('candidates')
    .select(sql<number | null>`max(version)`.as('last'))
    .where('adapter', '=', adapter)
    .executeTakeFirstOrThrow();
  return (row.last ?? 0) + 1;
}

/** Version -> the champion that it was compared with, for all proposed versions of the adapter. */
export async function listParents(queries: Queries, adapter: string): Promise<ReadonlyMap<number, number | null>> {
  const rows = await queries
    .selectFrom('candidates')
    .select(['version', 'champion_version'])
    .where('adapter', '=', adapter)
    .execute();
  return new Map(rows.map((row) => [row.version, row.champion_version]));
}

export async function recordDecision(transaction: Transaction, decision: Omit<Decision, 'id'>): Promise<void> {
  const { candidateId, fromVersion, toVersion, ...rest } = decision;
  await transaction
    .insertInto('decisions')
    .values({ ...rest, candidate_id: candidateId, from_version: fromVersion, to_version: toVersion })
    .execute();
}

/** Lists decisions, oldest first. */
export async function listDecisions(queries: Queries, adapter: string): Promise<Decision[]> {
  return queries
    .selectFrom('decisions')
    .select([
      'id',
      'adapter',
      'candidate_id as candidateId',
      'act',
      'from_version as fromVersion',
      'to_version as toVersion',
      'actor',
      'reason',
      'at',
    ])
    .where('adapter', '=', adapter)
    .orderBy('id')
    .execute();
}

function selectCandidates(queries: Queries) {
  return queries
    .selectFrom('candidates')
    .select([
      'id',
      'adapter',
      'version',
      'run_id as runId',
      'champion_version as championVersion',
      'status',
      'verdict',
      'report',
      'created_at as createdAt',
    ]);
}

function candidateOf(row: Omit<Candidate, 'report'> & { report: string }): Candidate {
  return { ...row, report: readJson(row.report, `candidate ${row.id}`) };
}
