/** What `buffer list` and `examples list` have in common. */

import type { AdapterDeclaration } from '../declaration/declaration.js';
import { onlyAdapter, readDeclaration } from '../declaration/workspace.js';
import type { ListedExample } from '../library/examples.js';
import { type FilterOptions, withFilters } from './example-filters.js';
import { type GlobalOptions, newCommand, type Session, wholeNumber } from './session.js';
import { renderExamples } from './terminal/examples.js';

export interface AdapterOptions extends GlobalOptions {
  readonly adapter?: string;
}

export interface ListOptions extends AdapterOptions, FilterOptions {
  readonly limit: number;
  readonly after?: number;
}

/** @param state whose examples are listed without the option */
export function newListCommand(description: string, state: string) {
  return withFilters(
    newCommand('list', description).option('--adapter <name>', 'the adapter; default: the only one there is'),
    state,
  )
    .option('--limit <n>', 'at most so many', wholeNumber, 20)
    .option('--after <id>', 'those that arrived after this one', wholeNumber);
}

/** @throws ADAPTER_NOT_FOUND */
export async function askedAdapter({ workspace }: Session, { adapter }: AdapterOptions): Promise<AdapterDeclaration> {
  return readDeclaration(workspace, adapter ?? (await onlyAdapter(workspace)));
}

/** @param found one more than the limit, where there are more */
export function tellExamples(
  { output }: Session,
  declaration: AdapterDeclaration,
  { found, limit }: { readonly found: readonly ListedExample[]; readonly limit: number },
): void {
  const shown = found.slice(0, limit);
  output.result(shown, () => (shown.length === 0 ? 'No example fits.' : renderExamples(shown, declaration, output)));
  if (found.length > limit) output.note(`There are more: continue with --after ${shown.at(-1)!.id}.`);
}
