/**
 * Wraps a member that a workspace adds: errors thrown by its code are reported as mistakes of the member, with the
 * configuration file and the line.
 */
import { pathToFileURL } from 'node:url';
import { EspalierError, messageOf } from '../core/errors.js';
import { type Named, PassedThrough, type Seam } from '../core/extensions.js';

export interface Origin {
  readonly file: string;
  readonly seam: Seam;
}

/** Fields of a member that hold further functions, and the names of those functions. */
const nested: Readonly<Partial<Record<Seam, Readonly<Record<string, readonly string[]>>>>> = {
  'suite kind': { importing: ['read', 'cases'], schema: ['safeParse'] },
};

/**
 * A copy whose functions throw EXTENSION_FAILED if the member's functions throw any error other than Espalier's own.
 */
export function guardMember<Member extends Named>(member: Member, origin: Origin): Member {
  const blame = { ...origin, name: member.name };
  const guarded = withGuardedFunctions(member, blame);
  for (const [field, calls] of Object.entries(nested[origin.seam] ?? {})) {
    const inner = (member as Record<string, unknown>)[field];
    if (typeof inner === 'object' && inner !== null)
      Object.defineProperty(guarded, field, { value: guardCalls(inner, calls, blame), enumerable: true });
  }
  return guarded;
}

interface Blame extends Origin {
  readonly name: string;
}

function withGuardedFunctions<Owner extends object>(owner: Owner, blame: Blame): Owner {
  const fields: Record<string, PropertyDescriptor> = Object.getOwnPropertyDescriptors(owner);
  for (const [field, { value }] of Object.entries(fields)) {
    if (typeof value === 'function') fields[field] = { value: guardFunction(owner, field, blame), enumerable: true };
  }
  return Object.create(Object.getPrototypeOf(owner), fields) as Owner;
}

/** An object that inherits from the owner, with these functions replaced. */
function guardCalls(owner: object, calls: readonly string[], blame: Blame): object {
  const called = calls.filter((call) => typeof (owner as Record<string, unknown>)[call] === 'function');
  const fields = called.map((call) => [call, { value: guardFunction(owner, call, blame) }]);
  return Object.create(owner, Object.fromEntries(fields)) as object;
}

function guardFunction(owner: object, field: string, blame: Blame) {
  const call = (owner as Record<string, (...given: unknown[]) => unknown>)[field]!;
  return (...given: unknown[]): unknown => {
    try {
      const result = call.apply(owner, given);
      if (!(result instanceof Promise)) return result;
      return result.catch((thrown: unknown) => {
        throw mistakeOf(thrown, field, blame);
      });
    } catch (thrown) {
      throw mistakeOf(thrown, field, blame);
    }
  };
}

function mistakeOf(thrown: unknown, field: string, { file, seam, name }: Blame): unknown {
  if (thrown instanceof EspalierError || thrown instanceof PassedThrough) return thrown;
  const line = lineIn(file, thrown);
  return new EspalierError('EXTENSION_FAILED', `the ${seam} \`${name}\` failed in \`${field}\`: ${messageOf(thrown)}`, {
    at: { file, ...(line !== undefined && { line }), field: `${seam} ${name}` },
    cause: thrown,
  });
}

/** The line of the innermost call in the file; undefined if there is none. */
function lineIn(file: string, thrown: unknown): number | undefined {
  const stack = (thrown instanceof Error && thrown.stack) || '';
  const [, after] = stack.split(`${pathToFileURL(file).href}:`);
  const line = Number.parseInt(after ?? '', 10);
  return Number.isNaN(line) ? undefined : line;
}
