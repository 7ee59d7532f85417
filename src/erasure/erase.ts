/**
 * Erases examples from everything that Espalier keeps. Each step is recorded when it is done, and can be done again: an
 * erasure that was stopped goes on at its step.
 */
import { EspalierError } from '../core/errors.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import { type Principal, recordAct } from '../store/audit.js';
import { findCandidate, findChampionVersion } from '../store/candidates.js';
import { transact } from '../store/database.js';
import { type Erasure, findErasure, listErasureExamples, listTainted, setErasureStep } from '../store/erasures.js';
import { listExamplesById } from '../store/examples.js';
import { findUnfinishedRun } from '../store/unfinished.js';
import type { UpdateContext } from '../update/context.js';
import { readHashedManifest } from '../versions/manifest.js';
import { type Certificate, sealCertificate, writeCertificate } from './certificate.js';
import { removeFromStore } from './remove.js';
import { retrainWithout } from './retrain.js';
import { type RiddenFile, ridRejects } from './rid-rejects.js';
import { leastBytes, searchFiles } from './search-files.js';
import { removeTaintedVersions } from './tainted-files.js';

export interface Erased {
  readonly certificate: Certificate;
  /** Path of the certificate. */
  readonly file: string;
  readonly rejects: readonly RiddenFile[];
}

export interface EraseContext extends UpdateContext {
  readonly actor: Principal;
  readonly now: Date;
}

/**
 * Goes on with an erasure that has begun, to its end. If it was stopped after the examples had left the store, their
 * texts are known to nobody any more, and files are not searched for them.
 * @throws ERASURE_NOT_FOUND, ERASURE_DONE, UPDATE_RUNNING, INTERRUPTED, DISK_FULL, STORE_BUSY
 */
export async function carryOutErasure(
  context: EraseContext,
  declaration: AdapterDeclaration,
  id: number,
): Promise<Erased> {
  const begun = await requireUnfinished(context, id);
  try {
    return await goOn(context, declaration, begun);
  } catch (thrown) {
    if (!(thrown instanceof EspalierError)) throw thrown;
    const { code, message, at, cause, parameters } = thrown;
    const hint = `${thrown.hint} What was done is recorded: \`espalier erase resume ${id}\` goes on.`;
    throw new EspalierError(code, message, { ...(at && { at }), hint, parameters, cause });
  }
}

async function goOn(context: EraseContext, declaration: AdapterDeclaration, begun: Erasure): Promise<Erased> {
  const { id } = begun;
  const { store, progress, now: at, actor } = context;
  const texts = await textsOf(context, begun);
  if (begun.step === 'set apart') await retrainWithout(context, declaration, { erasure: begun, at });
  progress.begin('erase');
  // As long as the store has the texts: an erasure that is stopped here finds them again.
  const rejects = await ridRejects(context.workspace, texts);
  if (begun.step !== 'removed') await removeFromStore(store, await requireUnfinished(context, id), { actor, at });
  await removeTaintedVersions({ ...context, now: at }, begun.adapter);
  await discardEnded(context, begun.adapter);
  await store.engine.reclaim(store.queries);
  const erased = await certify(context, id, texts);
  progress.end(`${begun.examples} examples`);
  return { ...erased, rejects };
}

/** Files that are staged for a run that has ended; those of one that goes on were planned without the examples. */
async function discardEnded({ store, versions }: EraseContext, adapter: string): Promise<void> {
  const unfinished = await findUnfinishedRun(store.queries, adapter);
  for (const run of await versions.listRuns(adapter))
    if (run !== unfinished?.id) await versions.discard({ adapter, run });
}

/** @throws ERASURE_NOT_FOUND, ERASURE_DONE */
async function requireUnfinished({ store }: EraseContext, id: number): Promise<Erasure> {
  const erasure = await findErasure(store.queries, id);
  if (!erasure) throw new EspalierError('ERASURE_NOT_FOUND', `there is no erasure ${id}`);
  if (erasure.step === 'done') throw new EspalierError('ERASURE_DONE', `erasure ${id} is done`);
  return erasure;
}

async function textsOf({ store }: EraseContext, { id }: Erasure): Promise<string[]> {
  const examples = await listExamplesById(store, await listErasureExamples(store.queries, id));
  return examples.map(({ text }) => text);
}

async function certify(context: EraseContext, id: number, texts: readonly string[]): Promise<Omit<Erased, 'rejects'>> {
  const { store, workspace, versions, now, actor } = context;
  const { adapter, candidateId, noCandidate, step: _, ...erasure } = await requireUnfinished(context, id);
  const all = await listTainted(store.queries, adapter);
  const tainted = [...all.keys()].filter((version) => all.get(version) === id);
  const champion = await findChampionVersion(store.queries, adapter);
  const stillServing = tainted.find((version) => version === champion) ?? null;
  const present = new Set(await versions.list(adapter));
  const removed = tainted.filter((version) => !present.has(version));
  const searched = texts.filter((text) => Buffer.byteLength(text) >= leastBytes);
  const search = await searchFiles(workspace.root, searched);
  const certificate = sealCertificate({
    ...{ format: 1, erasure: id, adapter, reason: erasure.reason, actor: erasure.actor, at: erasure.at },
    ...{ done: now.toISOString(), examples: erasure.examples, salt: erasure.salt, hashes: erasure.hashes },
    versions: { tainted, removed, stillServing },
    candidate: candidateId === null ? null : await describeCandidate(context, candidateId),
    noCandidate,
    store: { engine: store.engine.name, location: store.location },
    search: { texts: searched.length, tooShort: texts.length - searched.length, ...search },
  });
  const file = await writeCertificate(workspace, certificate);
  await transact(store, async (transaction) => {
    await setErasureStep(transaction, id, 'done');
    const detail = { certificate: certificate.sha256 };
    await recordAct(transaction, {
      at: now,
      principal: actor,
      act: 'erased',
      adapter,
      subject: `certificate ${id}`,
      detail,
    });
  });
  return { certificate, file };
}

async function describeCandidate(
  { store, versions }: EraseContext,
  id: number,
): Promise<NonNullable<Certificate['candidate']>> {
  const { adapter, version } = await findCandidate(store.queries, id);
  const { manifest, sha256 } = await readHashedManifest(versions, { adapter, version });
  return { id, version, manifestSha256: sha256, files: manifest.files };
}
