/** Conditions of a filter as people write them: `label=refund`, `received>=2026-01-05`, `text~parcel`. */
import { EspalierError } from '../core/errors.js';
import { suggestAmong } from '../core/text.js';
import { yesOrNo } from '../store/curated-filter.js';
import {
  type BufferState,
  type Comparison,
  type Condition,
  comparisons,
  type FilterField,
  filterFields,
} from '../store/example-filter.js';
import type { Split } from '../store/examples.js';

export const bufferStates: readonly BufferState[] = ['member', 'evicted', 'declined', 'never'];
export const splits: readonly Split[] = ['train', 'holdout'];

/** Longer operators come first: `<=` begins with `<`. */
const written = /^\s*([^\s=!<>~]+)\s*(!=|<=|>=|=|<|>|~)\s*(.*?)\s*$/su;

/**
 * @throws USAGE, naming the nearest field where there is none of that name
 * @example parseCondition('id>100') // { field: 'id', is: '>', value: 100 }
 */
export function parseCondition(text: string): Condition {
  const [, name, operator, value] = written.exec(text) ?? [];
  if (name === undefined)
    throw unreadable(
      text,
      'is no condition',
      `Write a field, one of ${comparisons.join(' ')}, and a value: \`label=refund\`.`,
    );
  const field = filterFields.find((known) => known === name);
  if (!field) throw unreadable(text, `names the unknown field \`${name}\``, suggestAmong(name, filterFields));
  const is = operator as Comparison;
  requireOperator(text, field, is);
  return { field, is, value: readValue(text, { field, is, value: value! }) };
}

const ordered: readonly Comparison[] = ['=', '!=', '<', '<=', '>', '>='];
const named: readonly Comparison[] = ['=', '!='];
const textual: readonly Comparison[] = ['=', '!=', '~'];

/** The operators of a field; of the others text. */
const operators: Partial<Record<FilterField, readonly Comparison[]>> = {
  id: ordered,
  received: ordered,
  split: named,
  state: named,
  weight: ordered,
  quarantined: named,
  pinned: named,
};

function requireOperator(text: string, field: FilterField, is: Comparison): void {
  const known = operators[field] ?? textual;
  if (!known.includes(is))
    throw unreadable(text, `compares \`${field}\` by ${is}`, `\`${field}\` takes ${known.join(' ')}.`);
}

interface Written {
  readonly field: FilterField;
  readonly is: Comparison;
  readonly value: string;
}

function readValue(text: string, { field, is, value }: Written): string | number {
  if (field === 'id') return wholeNumberOf(text, value);
  if (field === 'received') return timeOf(text, value);
  if (field === 'state') return memberOf(text, value, bufferStates);
  if (field === 'split') return memberOf(text, value, splits);
  if (field === 'weight') return numberOf(text, value);
  if (field === 'quarantined' || field === 'pinned') return memberOf(text, value, yesOrNo);
  if (is === '~' && value === '')
    throw unreadable(text, 'looks for nothing', 'Write what the field contains: `text~parcel`.');
  return value;
}

function wholeNumberOf(text: string, value: string): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && Number.isSafeInteger(number)) return number;
  throw unreadable(text, 'compares `id` with what is no whole number', 'Write it as `id>100`.');
}

function numberOf(text: string, value: string): number {
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value);
  throw unreadable(text, 'compares `weight` with what is no number', 'Write it as `weight>1`.');
}

function memberOf(text: string, value: string, known: readonly string[]): string {
  if (known.includes(value)) return value;
  throw unreadable(text, `has the unknown value \`${value}\``, suggestAmong(value, known));
}

/** A date stays a date: it stands for the whole day. */
function timeOf(text: string, value: string): string {
  const time = new Date(value);
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(value);
  const isTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(value);
  const exists = !Number.isNaN(time.getTime()) && !(isDate && time.toISOString().slice(0, 10) !== value);
  if ((isDate || isTime) && exists) return isDate ? value : time.toISOString();
  throw unreadable(text, 'names no time', 'Write it as 2026-11-24 or 2026-11-24T09:00:00Z.');
}

function unreadable(text: string, what: string, hint: string): EspalierError {
  return new EspalierError('USAGE', `the condition \`${text}\` ${what}`, { hint, parameters: ['where'] });
}
