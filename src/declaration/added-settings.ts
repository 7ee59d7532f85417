/** Keys of adapter.yaml that come and go with what the workspace adds: settings of heads, and keys of triggers. */
import type { z } from 'zod';
import { describeConfig, type Named, ownMembersOf } from '../core/extensions.js';

type Shape = Readonly<Record<string, z.ZodType>>;

/** With the settings of the heads that the workspace adds. */
export function withOwnHeads(headSettings: Shape): Shape {
  const own = ownMembersOf<Named & { readonly settings?: Shape }>('head');
  return Object.assign({}, headSettings, ...own.map(({ settings = {} }) => settings));
}

const ownersOfKeys: ReadonlyMap<PropertyKey | undefined, string> = new Map([
  ['training', 'head'],
  ['schedule', 'trigger'],
]);

/** An unknown key may be that of a member which the workspace added, and adds no longer. */
export function hintForUnknownKey(section: PropertyKey | undefined): string | undefined {
  const owner = ownersOfKeys.get(section);
  return owner && `docs/adapter.md lists all keys. ${describeConfig(`a ${owner} that has it`)}`;
}
