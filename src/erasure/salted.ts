/** Names a text in a certificate without telling it. */
import { sha256 } from '../core/hash.js';

/**
 * SHA-256 of a salt and the hash of a text: who has the certificate and the text can tell that it was erased, and who
 * has only the certificate cannot try texts that are likely against a table made once for all.
 */
export const saltedHash = (salt: string, textHash: string): string => sha256(`${salt} ${textHash}`);
