/**
 * What a workspace adds to the seams. It holds for the time of some work and for everything that the work awaits, so
 * that two workspaces of one process do not see each other's.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

/** Seams that a workspace can extend. */
export const seams = ['strategy', 'head', 'policy'] as const;
export type Seam = (typeof seams)[number];

export interface Named {
  readonly name: string;
}

export interface Extensions {
  /** The configuration that they come from; undefined: there is none. */
  readonly file: string | undefined;
  readonly members: Readonly<Record<Seam, readonly Named[]>>;
}

export const noExtensions: Extensions = { file: undefined, members: { strategy: [], head: [], policy: [] } };

const scope = new AsyncLocalStorage<Extensions>();

export function withExtensions<T>(extensions: Extensions, work: () => T): T {
  return scope.run(extensions, work);
}

/** Those of the work that is going on. */
export const currentExtensions = (): Extensions => scope.getStore() ?? noExtensions;

/** A symbol of the registry: the workspace may import another copy of this package than the one that runs. */
const mark = Symbol.for('espalier.seam');

/** Marks what a configuration exports as a member of a seam. */
export function markMember<Member extends Named>(seam: Seam, member: Member): Member {
  return Object.defineProperty(member, mark, { value: seam });
}

/** Undefined: no `define` function made it. */
export function seamOf(value: unknown): Seam | undefined {
  const seam = value !== null && typeof value === 'object' ? (value as { [mark]?: unknown })[mark] : undefined;
  return seams.find((known) => known === seam);
}
