/** The examples that a query means, as a set of their numbers. */
import type { AdapterDeclaration } from '../declaration/declaration.js';
import type { Store } from '../store/database.js';
import { selectsAll } from '../store/example-filter.js';
import { readMatchingIds } from '../store/find-examples.js';
import { type ExampleQuery, filterOf } from './example-query.js';

/** Undefined where every example is meant. @throws TASK_UNKNOWN, USAGE */
export async function selectedIds(
  store: Store,
  declaration: AdapterDeclaration,
  query: ExampleQuery,
): Promise<ReadonlySet<number> | undefined> {
  const filter = filterOf(declaration, query);
  if (selectsAll(filter)) return undefined;
  const ids = new Set<number>();
  for await (const slice of readMatchingIds(store, declaration.name, filter)) for (const id of slice) ids.add(id);
  return ids;
}
