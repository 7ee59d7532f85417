import crypto, { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** SHA-256 as lower-case hex. */
export function sha256(content: string | Uint8Array): string {
  return hashAtOnce ? hashAtOnce('sha256', content, 'hex') : createHash('sha256').update(content).digest('hex');
}

/** `crypto.hash` is twice as fast for short texts; it exists since Node.js 20.12. */
const hashAtOnce = (crypto as Partial<Pick<typeof crypto, 'hash'>>).hash;

/** SHA-256 of a file, streamed. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

/** JSON with sorted keys, so that equal values have equal bytes. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner) =>
    inner && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
