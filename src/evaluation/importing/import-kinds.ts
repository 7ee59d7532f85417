/** How cases of each kind of suite are made from rows, as the kind itself defines it. */
import { allKinds, type KindName, kindNamed } from '../kinds.js';
import type { ImportKind, Role } from './import-row.js';

/** @throws SUITE_INVALID if no kind has the name */
export const importingOf = (kind: KindName): ImportKind => kindNamed(kind).importing;

/** Names of all kinds; each kind can be imported. */
export const importableKinds = (): string[] => allKinds().map(({ name }) => name);

/** The optional columns of a kind. */
export function optionalRolesOf(kind: KindName): Role[] {
  const { columns, optional = ['group', 'cluster'] } = importingOf(kind);
  return optional.filter((role) => !columns.includes(role));
}
