/** Which examples a change is about: single ones by their numbers, and those that fit a query. */
import { EspalierError } from '../core/errors.js';
import { appendAll } from '../core/sequences.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import type { Store } from '../store/database.js';
import { selectsAll } from '../store/example-filter.js';
import { readMatchingIds } from '../store/find-examples.js';
import { type ExampleQuery, filterOf } from './example-query.js';

export interface ExampleChoice extends ExampleQuery {
  /** Has to be set where every example of the adapter is meant. */
  readonly all?: boolean | undefined;
}

/**
 * In order of arrival. Numbers that are given alone are taken as they are, whether there are such examples or not.
 * @throws EXAMPLE_NOT_FOUND where none fits, TASK_UNKNOWN, USAGE
 */
export async function chooseExamples(
  store: Store,
  declaration: AdapterDeclaration,
  { all = false, ...query }: ExampleChoice,
): Promise<number[]> {
  const { ids, ...rest } = query;
  const filter = filterOf(declaration, query);
  if (ids !== undefined && selectsAll(filterOf(declaration, rest))) return [...new Set(ids)];
  if (selectsAll(filter) && !all)
    throw new EspalierError('USAGE', `nothing says which examples of ${declaration.name} are meant`, {
      hint: 'Give `ids`, or a condition with `where`; `all` means every example there is.',
      parameters: ['where', 'all'],
    });
  const chosen: number[] = [];
  for await (const slice of readMatchingIds(store, declaration.name, filter)) appendAll(chosen, slice);
  if (chosen.length > 0) return chosen;
  throw new EspalierError('EXAMPLE_NOT_FOUND', `no example of ${declaration.name} fits`, {
    hint: 'See what there is: `espalier examples list` takes the same conditions.',
  });
}
