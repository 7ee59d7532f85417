/** What an erasure leaves to show: what was erased by its salted hash, from where, and the proof values of what remains. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { EspalierError } from '../core/errors.js';
import { diskError, writePrivateFile } from '../core/files.js';
import { canonicalJson, sha256 } from '../core/hash.js';
import type { Workspace } from '../declaration/workspace.js';

export interface Certificate {
  readonly format: 1;
  readonly erasure: number;
  readonly adapter: string;
  readonly reason: string;
  readonly actor: string;
  /** When it began, and when it was done. */
  readonly at: string;
  readonly done: string;
  readonly examples: number;
  readonly salt: string;
  /** SHA-256 of the salt and the hash of each text, in ascending order. */
  readonly hashes: readonly string[];
  readonly versions: {
    /** Versions that had learned one of them. */
    readonly tainted: readonly number[];
    /** Those whose files were removed. */
    readonly removed: readonly number[];
    /** The one that served when it was done, if it is tainted: it goes when another is approved. */
    readonly stillServing: number | null;
  };
  /** What was trained without them; null, and why, if nothing was. */
  readonly candidate: {
    readonly id: number;
    readonly version: number;
    readonly manifestSha256: string;
    /** Name -> SHA-256 of each file. */
    readonly files: Readonly<Record<string, string>>;
  } | null;
  readonly noCandidate: string | null;
  readonly store: {
    readonly engine: string;
    readonly location: string;
  };
  /** The search of all files of the workspace, and of the database. */
  readonly search: {
    readonly texts: number;
    /** Texts too short to be searched for. */
    readonly tooShort: number;
    readonly files: number;
    readonly bytes: number;
    /** Files that still hold one of the texts: none of them is Espalier's own. */
    readonly found: readonly string[];
  };
  /** SHA-256 of all of the above; the audit has it, too. */
  readonly sha256: string;
}

export function sealCertificate(content: Omit<Certificate, 'sha256'>): Certificate {
  return { ...content, sha256: sha256(canonicalJson(content)) };
}

export const certificateFile = ({ root }: Pick<Workspace, 'root'>, erasure: number): string =>
  join(root, 'replay-store', 'erasures', `erasure-${erasure}.json`);

export async function writeCertificate(workspace: Workspace, certificate: Certificate): Promise<string> {
  const path = certificateFile(workspace, certificate.erasure);
  await writePrivateFile(path, `${JSON.stringify(certificate, null, 2)}\n`);
  return path;
}

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const number = z.number().int().min(0);

const schema = z.strictObject({
  format: z.literal(1),
  erasure: number,
  ...{ adapter: z.string(), reason: z.string(), actor: z.string(), at: z.string(), done: z.string() },
  ...{ examples: number, salt: z.string(), hashes: z.array(hash) },
  versions: z.strictObject({
    tainted: z.array(number),
    removed: z.array(number),
    stillServing: number.nullable(),
  }),
  candidate: z
    .strictObject({ id: number, version: number, manifestSha256: hash, files: z.record(z.string(), hash) })
    .nullable(),
  noCandidate: z.string().nullable(),
  store: z.strictObject({ engine: z.string(), location: z.string() }),
  search: z.strictObject({
    ...{ texts: number, tooShort: number, files: number, bytes: number },
    found: z.array(z.string()),
  }),
  sha256: hash,
});

/** @throws FILE_NOT_FOUND, FILE_UNREADABLE, CERTIFICATE_INVALID where it is none, or was changed */
export async function readCertificate(path: string): Promise<Certificate> {
  const text = await readFile(path, 'utf8').catch((thrown) => {
    throw diskError(thrown, path);
  });
  const refuse = (what: string, cause?: unknown) =>
    new EspalierError('CERTIFICATE_INVALID', `${path} ${what}`, { at: { file: path }, cause });
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw refuse('is not JSON', cause);
  }
  const { data, error } = schema.safeParse(content);
  if (error) throw refuse(`is not a certificate: ${error.issues[0]!.path.join('.') || 'the whole file'}`);
  const { sha256: sealed, ...rest } = data;
  if (sha256(canonicalJson(rest)) !== sealed) throw refuse('was changed after it was written');
  return data;
}
