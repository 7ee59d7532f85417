/** Examines whether what a certificate says still holds. */

import { findAct } from '../store/audit.js';
import { findChampionVersion } from '../store/candidates.js';
import type { Store } from '../store/database.js';
import { findErasure } from '../store/erasures.js';
import { readHashes } from '../store/text-hashes.js';
import type { Versions } from '../versions/versions.js';
import type { Certificate } from './certificate.js';
import { saltedHash } from './salted.js';

export interface ErasureFinding {
  readonly check: string;
  readonly holds: boolean;
  /** What was found. */
  readonly detail: string;
}

export interface ErasureVerification {
  readonly erasure: number;
  readonly adapter: string;
  readonly holds: boolean;
  readonly findings: readonly ErasureFinding[];
}

/** Cost: the hash of every text, vector and queued text in the store is read and hashed once. */
export async function verifyErasure(
  { store, versions }: { readonly store: Store; readonly versions: Versions },
  certificate: Certificate,
): Promise<ErasureVerification> {
  const { erasure, adapter } = certificate;
  const findings = [
    await checkAudit(store, certificate),
    await checkTexts(store, certificate),
    await checkVersions({ store, versions }, certificate),
    checkSearch(certificate),
  ];
  return { erasure, adapter, holds: findings.every(({ holds }) => holds), findings };
}

async function checkAudit({ queries }: Store, { erasure, adapter, sha256 }: Certificate): Promise<ErasureFinding> {
  const check = 'the audit names the certificate';
  const row = await findErasure(queries, erasure);
  if (!row || row.adapter !== adapter) return { check, holds: false, detail: `this store has no erasure ${erasure}` };
  const act = await findAct(queries, { adapter, act: 'erased', subject: `certificate ${erasure}` });
  const recorded = (act?.detail as { certificate?: string } | undefined)?.certificate;
  const holds = recorded === sha256;
  return { check, holds, detail: holds ? sha256 : `it names ${recorded ?? 'none'}` };
}

async function checkTexts({ queries }: Store, { salt, hashes }: Certificate): Promise<ErasureFinding> {
  const erased = new Set(hashes);
  let [read, back] = [0, 0];
  for await (const hash of readHashes(queries)) {
    read++;
    if (erased.has(saltedHash(salt, hash))) back++;
  }
  const detail = back === 0 ? `none among ${read} texts, vectors and queued texts` : `${back} of them have come back`;
  return { check: 'no row has an erased text', holds: back === 0, detail };
}

async function checkVersions(
  { store, versions }: { readonly store: Store; readonly versions: Versions },
  { adapter, versions: { tainted } }: Certificate,
): Promise<ErasureFinding> {
  const present = new Set(await versions.list(adapter));
  const left = tainted.filter((version) => present.has(version));
  const champion = await findChampionVersion(store.queries, adapter);
  const check = 'no version that had learned them is left';
  if (left.length === 0) return { check, holds: true, detail: `${tainted.length} were removed` };
  const serving = champion !== null && left.includes(champion);
  const detail = serving
    ? `version ${champion} serves still: approve one without them`
    : `there is version ${left.join(', ')}`;
  return { check, holds: false, detail };
}

function checkSearch({ search: { texts, files, bytes, found } }: Certificate): ErasureFinding {
  const check = 'no file of the workspace held them when it was done';
  const more = found.length > 5 ? `, and ${found.length - 5} more` : '';
  if (found.length > 0) return { check, holds: false, detail: `${found.slice(0, 5).join(', ')}${more}` };
  // Texts may be too short, or the erasure was stopped after they had gone.
  const searched = texts === 0 ? 'no text could be searched for' : `${texts} texts`;
  return { check, holds: true, detail: `${searched} in ${files} files, ${bytes} bytes` };
}
