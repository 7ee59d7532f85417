/** How each kind of suite is made of rows, as the kind itself says. */
import { allKinds, type KindName, kindNamed } from '../kinds.js';
import type { ImportKind, Role } from './import-row.js';

/** @throws SUITE_INVALID where no kind has the name */
export const importingOf = (kind: KindName): ImportKind => kindNamed(kind).importing;

/** Names of all kinds; each can be imported. */
export const importableKinds = (): string[] => allKinds().map(({ name }) => name);

/** What a case of that kind may have besides. */
export function optionalRolesOf(kind: KindName): Role[] {
  const { columns, optional = ['group', 'cluster'] } = importingOf(kind);
  return optional.filter((role) => !columns.includes(role));
}
