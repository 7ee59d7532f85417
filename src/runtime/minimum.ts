/**
 * The oldest Node.js that Espalier supports, defined only by `engines` in package.json. Everything in this room also
 * runs under older releases, down to 18: it imports nothing but Node's own modules.
 */
import { readFileSync } from 'node:fs';

export interface NodeVersions {
  readonly node: string;
  readonly napi?: string;
}

/**
 * better-sqlite3 needs Node-API 10, and ends the process without a message if it is missing: before 22.14, and in 23.0
 * to 23.5.
 */
const nodeApi = 10;

/** "22.14" */
export const minimumNode = readMinimum();

export function isRecentEnough({ node, napi }: NodeVersions): boolean {
  const [major = 0, minor = 0] = node.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = minimumNode.split('.').map(Number);
  return (major > leastMajor || (major === leastMajor && minor >= leastMinor)) && Number(napi ?? 0) >= nodeApi;
}

export const tooOld = ({ node }: NodeVersions) =>
  `Node.js ${node} is too old, and Espalier needs ${minimumNode} or later`;

function readMinimum(): string {
  const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return /^>=(\d+\.\d+)$/.exec(engines.node)![1]!;
}
