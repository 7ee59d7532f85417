/** Conditions on what people decided of examples, which the table `curation` holds. */
import { type RawBuilder, type SqlBool, sql } from 'kysely';

export const curatedFields = ['weight', 'quarantined', 'pinned', 'note'] as const;
export type CuratedField = (typeof curatedFields)[number];

/** Of `quarantined` and `pinned`. */
export const yesOrNo = ['yes', 'no'] as const;

export interface CuratedCondition {
  readonly field: CuratedField;
  readonly is: '=' | '!=' | '<' | '<=' | '>' | '>=' | '~';
  /** A number for `weight`; `yes` or `no` for `quarantined` and `pinned`; for `note` the empty string means none. */
  readonly value: string | number;
}

/**
 * Whether an example meets the condition. Few examples have a row, and the others have the usual values, so the test
 * names the rows that meet it, or those that fail it where the usual value meets it; a scan of the examples joined with
 * their rows would cost far more.
 */
export function isCurated(adapter: string, condition: CuratedCondition): RawBuilder<SqlBool> {
  const test = testOf(condition);
  const rows = sql`select example_id from curation where adapter = ${adapter}`;
  return usualMeets(condition)
    ? sql`examples.id not in (${rows} and not (${test}))`
    : sql`examples.id in (${rows} and ${test})`;
}

function testOf({ field, is, value }: CuratedCondition): RawBuilder<SqlBool> {
  if (field === 'note' && is === '~')
    return sql`lower(coalesce(note, '')) like lower(${likePattern(String(value))}) escape '\\'`;
  const column = field === 'note' ? sql`coalesce(note, '')` : sql.ref(field);
  return sql`${column} ${sql.raw(is)} ${storedValue(field, value)}`;
}

/** Of a LIKE whose escape is a backslash: contains. */
export const likePattern = (part: string) => `%${part.replace(/[\\%_]/g, '\\$&')}%`;

const storedValue = (field: CuratedField, value: string | number) =>
  field === 'weight' || field === 'note' ? value : value === 'yes' ? 1 : 0;

/** Whether an example without a row meets the condition. */
function usualMeets({ field, is, value }: CuratedCondition): boolean {
  if (field === 'weight') return compareNumbers(1, is, Number(value));
  if (is === '~') return false;
  return (value === (field === 'note' ? '' : 'no')) === (is === '=');
}

function compareNumbers(usual: number, is: CuratedCondition['is'], value: number): boolean {
  switch (is) {
    case '=':
      return usual === value;
    case '!=':
      return usual !== value;
    case '<':
      return usual < value;
    case '<=':
      return usual <= value;
    case '>':
      return usual > value;
    case '>=':
      return usual >= value;
    case '~':
      return false;
  }
}
