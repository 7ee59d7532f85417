/**
 * What a workspace adds to the seams. It holds for the time of some work and for everything that the work awaits, so
 * that two workspaces of one process do not see each other's.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type ErrorCode, EspalierError } from './errors.js';
import { suggestAmong } from './text.js';

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

/** The built-in members of a seam, and those that the workspace adds. */
export function membersOf<Member extends Named>(seam: Seam, builtIn: readonly Member[]): readonly Member[] {
  return [...builtIn, ...(currentExtensions().members[seam] as readonly Member[])];
}

/**
 * @param unknown the error where no member has the name: its code, and what is said to be called so
 * @throws that error, with the nearest name
 */
export function memberNamed<Member extends Named>(
  members: readonly Member[],
  name: string,
  unknown: { readonly code: ErrorCode; readonly noun: string },
): Member {
  const found = members.find((member) => member.name === name);
  if (found) return found;
  const names = members.map((member) => member.name);
  throw new EspalierError(unknown.code, `no ${unknown.noun} is called \`${name}\``, {
    hint: suggestAmong(name, names),
  });
}

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
