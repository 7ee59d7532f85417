/** How each kind of suite is made of rows, as the kind itself says. */
import { type KnownKind, kinds } from '../kinds.js';
import type { ImportKind, Role } from './import-row.js';

export type ImportableKind = KnownKind['name'];

export const importableKinds = Object.fromEntries(kinds.map(({ name, importing }) => [name, importing])) as Readonly<
  Record<ImportableKind, ImportKind>
>;

/** What a case of that kind may have besides. */
export function optionalRolesOf(kind: ImportableKind): Role[] {
  const { columns, optional = ['group', 'cluster'] } = importableKinds[kind];
  return optional.filter((role) => !columns.includes(role));
}
