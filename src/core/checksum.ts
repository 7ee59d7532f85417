import { crc32 } from 'node:zlib';

/** CRC-32: finds bytes that a disk or a hand has changed. It is no protection against somebody who wants to deceive. */
export function checksum(content: string | Uint8Array): number {
  return crc32(content);
}
