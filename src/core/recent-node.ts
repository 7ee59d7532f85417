/** Refuses to load the store under a Node.js in which the database driver would end the process without a message. */
import { isRecentEnough, type NodeVersions, tooOld } from '../runtime/minimum.js';
import { EspalierError } from './errors.js';

/** @throws NODE_TOO_OLD */
export function requireRecentNode(versions: NodeVersions = process.versions): void {
  if (!isRecentEnough(versions)) throw new EspalierError('NODE_TOO_OLD', tooOld(versions));
}
