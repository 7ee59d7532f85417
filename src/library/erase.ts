/** Erases examples from everything that is kept, and examines later whether they are gone. */

import { EspalierError } from '../core/errors.js';
import { readDeclaration } from '../declaration/workspace.js';
import { beginErasure, versionsThatLearned } from '../erasure/begin.js';
import { type Certificate, certificateFile, readCertificate } from '../erasure/certificate.js';
import { carryOutErasure } from '../erasure/erase.js';
import type { RiddenFile } from '../erasure/rid-rejects.js';
import { type ErasureVerification, verifyErasure } from '../erasure/verify.js';
import { findErasure, listErasures } from '../store/erasures.js';
import { listExamplesById } from '../store/examples.js';
import { chooseExamples, type ExampleChoice } from './chosen-examples.js';
import type { EditSettings } from './curate.js';
import type { Site } from './site.js';

export interface ErasedExample {
  readonly id: number;
  readonly task: string;
  readonly label: string;
  readonly text: string;
}

/** What an erasure would do. */
export interface ErasurePlan {
  readonly adapter: string;
  readonly applied: false;
  readonly examples: number;
  /** The first of them, up to 1,000. */
  readonly first: readonly ErasedExample[];
  /** Versions that have learned one of them: they are not trained further, and go when another serves. */
  readonly versions: readonly number[];
}

export interface ErasureReport {
  readonly adapter: string;
  readonly applied: true;
  readonly erasure: number;
  readonly certificate: Certificate;
  /** Path of the certificate. */
  readonly file: string;
  /** Files of rejected rows that lost rows. */
  readonly rejects: readonly RiddenFile[];
}

const mostShown = 1000;

/**
 * @throws ADAPTER_NOT_FOUND, EXAMPLE_NOT_FOUND, TASK_UNKNOWN, UPDATE_RUNNING, INTERRUPTED, DISK_FULL, STORE_BUSY, USAGE
 */
export async function erase(
  site: Site,
  adapter: string,
  { of, reason = '', dryRun = false }: EditSettings & { readonly of: ExampleChoice },
): Promise<ErasurePlan | ErasureReport> {
  const { store, actor, now } = site;
  const declaration = await readDeclaration(site.workspace, adapter);
  const ids = await chooseExamples(store, declaration, of);
  if (!dryRun) return finishErasure(site, adapter, await beginErasure(store, { adapter, ids, reason, actor, at: now }));
  const examples = await listExamplesById(store, ids, adapter);
  const first = examples.slice(0, mostShown).map(({ id, task, label, text }) => ({ id, task, label, text }));
  const versions = await versionsThatLearned(store.queries, adapter, examples);
  return { adapter, applied: false, examples: examples.length, first, versions };
}

/** Goes on with an erasure that was stopped. @throws ERASURE_NOT_FOUND, ERASURE_DONE, as `erase` */
export async function resumeErasure(site: Site, id: number): Promise<ErasureReport> {
  const erasure = await findErasure(site.store.queries, id);
  if (!erasure) throw new EspalierError('ERASURE_NOT_FOUND', `there is no erasure ${id}`);
  return finishErasure(site, erasure.adapter, id);
}

async function finishErasure(site: Site, adapter: string, id: number): Promise<ErasureReport> {
  const declaration = await readDeclaration(site.workspace, adapter);
  const encoder = await site.openEncoder(declaration);
  const erased = await carryOutErasure({ ...site, encoder }, declaration, id);
  return { adapter, applied: true, erasure: id, ...erased };
}

export interface ErasureSummary {
  readonly erasure: number;
  readonly adapter: string;
  readonly at: string;
  readonly actor: string;
  readonly reason: string;
  readonly examples: number;
  /** `done`, or the step that it was stopped after. */
  readonly step: string;
  /** Path of the certificate; null as long as it is not done. */
  readonly certificate: string | null;
}

/** Oldest first; of every adapter, or of one. */
export async function readErasures(
  { workspace, store }: Pick<Site, 'workspace' | 'store'>,
  adapter?: string,
): Promise<ErasureSummary[]> {
  return (await listErasures(store.queries, adapter)).map(({ id, step, ...erasure }) => ({
    erasure: id,
    ...{ adapter: erasure.adapter, at: erasure.at, actor: erasure.actor, reason: erasure.reason },
    ...{ examples: erasure.examples, step },
    certificate: step === 'done' ? certificateFile(workspace, id) : null,
  }));
}

/** @param file path of a certificate. @throws FILE_NOT_FOUND, CERTIFICATE_INVALID */
export async function verifyCertificate(
  { store, versions }: Pick<Site, 'store' | 'versions'>,
  file: string,
): Promise<ErasureVerification> {
  return verifyErasure({ store, versions }, await readCertificate(file));
}
