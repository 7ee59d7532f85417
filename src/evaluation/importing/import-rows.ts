/** Reads rows of a file for a suite. A row that cannot be used is returned with its field and the reason. */
import { PassedThrough } from '../../core/extensions.js';
import { readLabelSet } from '../../core/label-sets.js';
import { normaliseText } from '../../core/text.js';
import { byName, type Wording } from '../../core/wording.js';
import { newLabelRules, readLabelsField } from '../../reading/label-field.js';
import type { Row } from '../../reading/row.js';
import { maxNameLength, maxTextLength, readTextField } from '../../reading/text-field.js';
import type { KindName } from '../kinds.js';
import { importingOf } from './import-kinds.js';
import type { ImportRequest } from './import-request.js';
import { columnOf, type ImportColumns, type ImportedRow, type Role, type RowReader } from './import-row.js';

export interface Refusal {
  readonly field: string | undefined;
  readonly reason: string;
}

/** Thrown by the readers of rows and caught in this file. */
class RowRefused extends PassedThrough {
  constructor(
    readonly field: string,
    readonly reason: string,
  ) {
    super(reason);
  }
}

export function rowOf(
  row: Row,
  { kind, columns, outLabel, wording = byName }: Pick<ImportRequest, 'kind' | 'columns' | 'outLabel' | 'wording'>,
): ImportedRow | Refusal {
  if ('unreadable' in row.content) return { field: undefined, reason: row.content.unreadable };
  const reader = readerOf(row.content.fields, columns, wording);
  try {
    const read = importingOf(kind).read(reader, outLabel);
    const slices = { ...sliceOf(reader, 'group', kind), ...sliceOf(reader, 'cluster', kind) };
    return { id: row.element === undefined ? `line-${row.line}` : `element-${row.element}`, ...read, slices };
  } catch (thrown) {
    if (!(thrown instanceof RowRefused)) throw thrown;
    return { field: thrown.field, reason: thrown.reason };
  }
}

/** Reads an optional column of this kind. */
function sliceOf(reader: RowReader, role: 'group' | 'cluster', kind: KindName) {
  if (!reader.has(role)) return {};
  const value = importingOf(kind).mayLack.includes(role) ? reader.nameIfAny(role) : reader.name(role);
  return value === undefined ? {} : { [role]: value };
}

function readerOf(fields: Readonly<Record<string, unknown>>, columns: ImportColumns, wording: Wording): RowReader {
  const fieldOf = (role: Role) => columnOf(columns, role) ?? role;
  const parameterFor = (role: Role) => (Object.hasOwn(columns, role) ? { parameter: wording(`columns.${role}`) } : {});
  const refuse = (role: Role, reason: string): never => {
    throw new RowRefused(fieldOf(role), reason);
  };
  const text = (role: Role, longest = maxTextLength) => {
    const read = readTextField(fields, { field: fieldOf(role), maxLength: longest, ...parameterFor(role) });
    return 'reason' in read ? refuse(role, read.reason) : read.value;
  };
  const name = (role: Role) => text(role, maxNameLength);
  return {
    ...{ text, name, refuse, has: (role) => columnOf(columns, role) !== undefined },
    nameIfAny: (role) =>
      columnOf(columns, role) === undefined || isEmpty(fields[fieldOf(role)]) ? undefined : name(role),
    labels(role) {
      const read = readLabelsField(fields, { field: fieldOf(role), ...parameterFor(role) }, newLabelRules());
      return 'reason' in read ? refuse(role, read.reason) : readLabelSet(read.value);
    },
    number(role) {
      const value = Number(name(role));
      return Number.isFinite(value) ? value : refuse(role, `\`${name(role)}\` is not a number`);
    },
  };
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && normaliseText(value) === '');
}
