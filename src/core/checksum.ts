import { crc32 } from 'node:zlib';

/** CRC-32: detects bytes changed by a disk or a person. It does not protect against deliberate forgery. */
export function checksum(content: string | Uint8Array): number {
  return crc32(content);
}
