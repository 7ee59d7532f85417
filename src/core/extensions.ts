/**
 * Extensions that a workspace adds to the seams. They apply during some work and everything that it awaits, so that two
 * workspaces in one process do not see each other's.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { basename } from 'node:path';
import { type ErrorCode, EspalierError } from './errors.js';
import { suggestAmong } from './text.js';

/** Seams that a workspace can extend. */
export const seams = ['strategy', 'head', 'policy', 'suite kind', 'trigger'] as const;
export type Seam = (typeof seams)[number];

export interface Named {
  readonly name: string;
}

export interface Extensions {
  /** The configuration file that defines them; undefined if there is none. */
  readonly file: string | undefined;
  readonly members: Readonly<Record<Seam, readonly Named[]>>;
}

export const noExtensions: Extensions = { file: undefined, members: membersBySeam([]) };

/** The members of each seam, in the order in which they are exported. */
export function membersBySeam(
  members: readonly { readonly seam: Seam; readonly member: Named }[],
): Extensions['members'] {
  const own = (seam: Seam) => members.filter((added) => added.seam === seam).map(({ member }) => member);
  return Object.fromEntries(seams.map((seam) => [seam, own(seam)])) as unknown as Extensions['members'];
}

const scope = new AsyncLocalStorage<Extensions>();

export function withExtensions<T>(extensions: Extensions, work: () => T): T {
  return scope.run(extensions, work);
}

/** The extensions of the current work. */
export const currentExtensions = (): Extensions => scope.getStore() ?? noExtensions;

/** Runs later work with the present extensions; an object that outlives a call keeps this function. */
export function keepExtensions(): <T>(work: () => T) => T {
  const extensions = currentExtensions();
  return (work) => withExtensions(extensions, work);
}

/**
 * Runs each step of a generator with the extensions: a generator otherwise runs in the scope of the code that asks for
 * its next value.
 */
export async function* withExtensionsInEachStep<T>(
  extensions: Extensions,
  generate: () => AsyncGenerator<T>,
): AsyncGenerator<T> {
  const values = withExtensions(extensions, generate);
  try {
    for (;;) {
      const step = await withExtensions(extensions, () => values.next());
      if (step.done) return;
      yield step.value;
    }
  } finally {
    await withExtensions(extensions, () => values.return(undefined));
  }
}

/** The members that the workspace adds to a seam. */
export function ownMembersOf<Member extends Named>(seam: Seam): readonly Member[] {
  return currentExtensions().members[seam] as readonly Member[];
}

/** Advises where an unknown name could be defined. @param wanted "a head that has it" */
export function describeConfig(wanted: string): string {
  const { file } = currentExtensions();
  return file === undefined
    ? `No configuration is loaded that could add ${wanted}.`
    : `${basename(file)} does not add ${wanted}.`;
}

/** The built-in members of a seam, and those that the workspace adds. */
export function membersOf<Member extends Named>(seam: Seam, builtIn: readonly Member[]): readonly Member[] {
  return [...builtIn, ...ownMembersOf<Member>(seam)];
}

/**
 * @param unknown error code and noun for the error if no member has the name
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
    hint: `${suggestAmong(name, names)} ${describeConfig('one of that name')}`,
    choices: names,
  });
}

/**
 * Thrown by functions that are passed to a member, and caught by their caller: it passes through the member's code, and
 * is not the member's mistake.
 */
export class PassedThrough extends Error {}

/** A symbol of the global registry, since the workspace may import another copy of this package. */
const mark = Symbol.for('espalier.seam');

/** Marks an export of a configuration as a member of a seam. */
export function markMember<Member extends Named>(seam: Seam, member: Member): Member {
  return Object.defineProperty(member, mark, { value: seam });
}

/** The seam of a member; undefined if no `define` function made it. */
export function seamOf(value: unknown): Seam | undefined {
  const seam = value !== null && typeof value === 'object' ? (value as { [mark]?: unknown })[mark] : undefined;
  return seams.find((known) => known === seam);
}
