/**
 * A backup file: a tar whose last entry, `backup.json`, has the SHA-256 of every other. A file that was cut off has no
 * such entry, so that it is never taken for a whole one.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createTarDecoder, createTarPacker, type ParsedTarEntry } from 'modern-tar';
import { z } from 'zod';
import { EspalierError, messageOf, systemCodeOf } from '../core/errors.js';
import { diskError, privateFile } from '../core/files.js';

const contentsName = 'backup.json';
const format = 'espalier-backup-1';

export interface ArchivedFile {
  readonly name: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** Writes entries one after another; nothing but the entry at hand is in memory. */
export class ArchiveWriter {
  readonly #packer = createTarPacker();
  readonly #written: Promise<void>;
  readonly #files: ArchivedFile[] = [];
  readonly #terms: WritingTerms;

  /** @param path is made, and only its owner can read it */
  constructor(path: string, terms: WritingTerms) {
    this.#terms = terms;
    const target = createWriteStream(path, { flags: 'wx', mode: privateFile });
    this.#written = pipeline(Readable.fromWeb(this.#packer.readable as never), target);
    // Whoever writes an entry or finishes is told of it.
    this.#written.catch(() => undefined);
  }

  async addFile(name: string, path: string): Promise<void> {
    await this.#add(name, (await stat(path)).size, createReadStream(path));
  }

  async addBytes(name: string, bytes: Uint8Array): Promise<void> {
    await this.#add(name, bytes.byteLength, [bytes]);
  }

  /** Writes the list of contents, and flushes everything to the disk. @returns what was written before it */
  async finish(path: string): Promise<readonly ArchivedFile[]> {
    const files = [...this.#files];
    const contents = { format, createdAt: this.#terms.now.toISOString(), files };
    await this.addBytes(contentsName, Buffer.from(`${JSON.stringify(contents, null, 2)}\n`));
    this.#packer.controller.finalize();
    await this.#written;
    const handle = await open(path, 'r');
    await handle.sync().finally(() => handle.close());
    return files;
  }

  /** Lets go of a file that is not finished. */
  async abandon(): Promise<void> {
    this.#packer.controller.error(new Error('abandoned'));
    await this.#written.catch(() => undefined);
  }

  async #add(name: string, bytes: number, content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    const hash = createHash('sha256');
    const header = { name, size: bytes, mode: privateFile, mtime: this.#terms.now };
    const writer = this.#packer.controller.add(header).getWriter();
    for await (const chunk of content) {
      if (this.#terms.signal.aborted) throw new EspalierError('INTERRUPTED', 'stopped; no backup was made');
      hash.update(chunk);
      // It waits for the disk, and rejects with the error of a disk that fails.
      await writer.write(chunk);
      this.#terms.onBytes(chunk.byteLength);
    }
    await writer.close();
    this.#files.push({ name, bytes, sha256: hash.digest('hex') });
  }
}

export interface WritingTerms {
  /** Of all entries. */
  readonly now: Date;
  readonly signal: AbortSignal;
  readonly onBytes: (bytes: number) => void;
}

const contentsShape = z.looseObject({
  format: z.literal(format),
  createdAt: z.string(),
  files: z.array(z.object({ name: z.string(), bytes: z.number(), sha256: z.string().regex(/^[0-9a-f]{64}$/) })),
});

/**
 * Reads a backup from its first entry to its last, and checks each hash.
 * @param pathOf where an entry is written to; it throws where a backup has no entry of that name
 * @throws BACKUP_INVALID, INTERRUPTED, DISK_FULL
 */
export async function readArchive(
  path: string,
  pathOf: (name: string) => Promise<string>,
  { signal, onBytes }: Pick<WritingTerms, 'signal' | 'onBytes'>,
): Promise<readonly ArchivedFile[]> {
  const found = new Map<string, ArchivedFile>();
  let contents: unknown;
  try {
    const source = Readable.toWeb(createReadStream(path)) as unknown as ReadableStream<Uint8Array>;
    for await (const entry of source.pipeThrough(createTarDecoder({ strict: true }))) {
      if (signal.aborted) throw new EspalierError('INTERRUPTED', 'stopped; nothing was restored');
      const { name, type = 'file' } = entry.header;
      if (type !== 'file' || found.has(name) || contents !== undefined) throw invalidBackup(path, `an entry ${name}`);
      if (name === contentsName) contents = JSON.parse(await new Response(entry.body).text());
      else found.set(name, await extract(entry, await pathOf(name), onBytes));
    }
  } catch (thrown) {
    if (thrown instanceof EspalierError) throw thrown;
    if (systemCodeOf(thrown)?.startsWith('E')) throw diskError(thrown, path);
    throw invalidBackup(path, messageOf(thrown), thrown);
  }
  const { files } = requireContents(contents, path);
  requireSame(files, found, path);
  return files;
}

async function extract(
  { header, body }: ParsedTarEntry,
  to: string,
  onBytes: (bytes: number) => void,
): Promise<ArchivedFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  async function* hashed() {
    for await (const chunk of body) {
      hash.update(chunk);
      bytes += chunk.byteLength;
      onBytes(chunk.byteLength);
      yield chunk;
    }
  }
  await pipeline(hashed, createWriteStream(to, { flags: 'wx', mode: privateFile, flush: true })).catch((thrown) => {
    throw systemCodeOf(thrown) === undefined ? thrown : diskError(thrown, to);
  });
  return { name: header.name, bytes, sha256: hash.digest('hex') };
}

function requireContents(contents: unknown, path: string): z.infer<typeof contentsShape> {
  if (contents === undefined) throw invalidBackup(path, 'its end is missing');
  const { data, error } = contentsShape.safeParse(contents);
  if (error) throw invalidBackup(path, `its ${contentsName} is of another kind`);
  return data;
}

function requireSame(files: readonly ArchivedFile[], found: ReadonlyMap<string, ArchivedFile>, path: string): void {
  for (const { name, sha256 } of files)
    if (found.get(name)?.sha256 !== sha256) throw invalidBackup(path, `${name} is missing or is not what was saved`);
  const listed = new Set(files.map(({ name }) => name));
  const strange = [...found.keys()].find((name) => !listed.has(name));
  if (strange !== undefined) throw invalidBackup(path, `${strange} was added later`);
}

export function invalidBackup(path: string, what: string, cause?: unknown): EspalierError {
  const message = `${path} is no whole backup of Espalier: ${what}`;
  return new EspalierError('BACKUP_INVALID', message, { at: { file: path }, cause });
}
