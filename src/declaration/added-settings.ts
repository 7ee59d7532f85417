/** Keys of adapter.yaml that depend on the workspace's extensions: settings of heads, and keys of triggers. */
import type { z } from 'zod';
import { describeConfig, type Named, ownMembersOf } from '../core/extensions.js';

type Shape = Readonly<Record<string, z.ZodType>>;

/** Adds the settings of heads that the workspace defines. */
export function withOwnHeads(headSettings: Shape): Shape {
  const own = ownMembersOf<Named & { readonly settings?: Shape }>('head');
  return Object.assign({}, headSettings, ...own.map(({ settings = {} }) => settings));
}

const ownersOfKeys: ReadonlyMap<PropertyKey | undefined, string> = new Map([
  ['training', 'head'],
  ['schedule', 'trigger'],
]);

/** An unknown key may belong to an extension that the workspace used to load. */
export function hintForUnknownKey(section: PropertyKey | undefined): string | undefined {
  const owner = ownersOfKeys.get(section);
  return owner && `docs/adapter.md lists all keys. ${describeConfig(`a ${owner} that has it`)}`;
}
