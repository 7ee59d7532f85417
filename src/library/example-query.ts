/** What commands and programs ask of examples, and the filter of the store that it stands for. */
import { EspalierError } from '../core/errors.js';
import { suggestAmong } from '../core/text.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import { taskNamed } from '../declaration/tasks.js';
import type { BufferState, Condition, ExampleFilter } from '../store/example-filter.js';
import type { Split } from '../store/examples.js';
import { parseSearch } from '../store/search-terms.js';
import { bufferStates, parseCondition, splits } from './conditions.js';

/** All that is given must hold; without anything every example is meant. */
export interface ExampleQuery {
  readonly task?: string | undefined;
  /** The label, or one of the set. */
  readonly label?: string | undefined;
  readonly domain?: string | undefined;
  readonly source?: string | undefined;
  readonly split?: Split | undefined;
  /** `never`: never offered to the buffer. */
  readonly state?: BufferState | undefined;
  /** Part of the text, whatever the case of Latin letters. */
  readonly contains?: string | undefined;
  /** Words, `"phrases in quotes"` and beginnings such as `refund*`, all of which the text has. */
  readonly search?: string | undefined;
  /**
   * Conditions such as `received>=2026-01-05`: a field, an operator and a value. Of several equalities of one field one
   * is enough.
   */
  readonly where?: readonly string[] | undefined;
  readonly ids?: readonly number[] | undefined;
}

/** A page of a list. */
export interface PageQuery {
  /** The id of the last example of the page before. */
  readonly after?: number | undefined;
  /** Without it all that fit. */
  readonly limit?: number | undefined;
}

/**
 * The one reading of a query, whatever is done with the examples that it selects.
 * @throws TASK_UNKNOWN, USAGE
 */
export function filterOf(declaration: AdapterDeclaration, query: ExampleQuery): ExampleFilter {
  const { search, ids } = query;
  const conditions = [...namedConditions(query), ...(query.where ?? []).map(parseCondition)];
  for (const { field, is, value } of conditions)
    if (field === 'task' && is === '=') taskNamed(declaration, String(value));
  return {
    conditions,
    ...(search !== undefined && { search: parseSearch(search) }),
    ...(ids !== undefined && { ids: ids.map(requireId) }),
  };
}

function namedConditions(query: ExampleQuery): Condition[] {
  if (query.split !== undefined) requireAmong('split', query.split, splits);
  if (query.state !== undefined) requireAmong('state', query.state, bufferStates);
  const equalities = (['task', 'label', 'domain', 'source', 'split', 'state'] as const).flatMap((field) => {
    const value = query[field];
    return value === undefined ? [] : [{ field, is: '=', value } as const];
  });
  const { contains } = query;
  return contains === undefined ? equalities : [...equalities, { field: 'text', is: '~', value: contains }];
}

function requireAmong(parameter: 'split' | 'state', value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  throw new EspalierError('USAGE', `\`${parameter}\` is ${known.join(', ')}, not \`${value}\``, {
    hint: suggestAmong(value, known),
    parameters: [parameter],
    choices: known,
  });
}

function requireId(id: number): number {
  if (Number.isSafeInteger(id) && id >= 0) return id;
  throw new EspalierError('USAGE', `an id is a whole number, not ${id}`);
}

/** @throws USAGE */
export function requireLimit(limit: number | undefined): void {
  if (limit === undefined || (Number.isSafeInteger(limit) && limit >= 1)) return;
  throw new EspalierError('USAGE', `a \`limit\` of ${limit} shows nothing`, {
    hint: 'Give `limit` as a whole number from 1.',
    parameters: ['limit'],
  });
}
