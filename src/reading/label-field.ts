/**
 * Labels as rows give them: a name, an integer, a list. What stands for a missing or a serialised value is no label,
 * unless the task declares it.
 */
import { writeLabelSet } from '../core/label-sets.js';
import { aliasesOf, type Task } from '../declaration/tasks.js';
import { valueAt } from './field-path.js';
import { type Fields, type FieldToRead, maxNameLength, readTextField, reasonOfMissing } from './text-field.js';

/** What the task knows of its labels. */
export interface LabelRules {
  /** Declared labels; they are accepted whatever they look like. */
  readonly declared: ReadonlySet<string>;
  /** From what is written to the label that is meant. */
  readonly aliases: ReadonlyMap<string, string>;
  /** The spelling under which the label is kept. */
  readonly spell: (label: string) => string;
  /** The labels that integers stand for, by their number. */
  readonly names?: readonly string[] | undefined;
  /** What was read of labels as they are written. */
  readonly remembered: Map<string, ReadLabel>;
}

/** For labels of no task. */
export function newLabelRules(): LabelRules {
  return { declared: new Set(), aliases: new Map(), spell: (label) => label, remembered: new Map() };
}

/** What adapter.yaml says of the labels of a task. */
export function labelRulesOf(task: Task): LabelRules {
  const declared = new Set(task.labels === 'open' ? [] : task.labels);
  return { ...newLabelRules(), declared, aliases: aliasesOf(task) };
}

export type ReadLabel = { readonly value: string; readonly cleaned: boolean } | { readonly reason: string };

/** Of one text. */
const maxLabels = 100;

/** The separator between labels in one CSV cell. */
const separator = '|';

/** The one label of a row. A list of one label, as annotation tools write it, is that label. */
export function readLabelField(fields: Fields, to: Omit<FieldToRead, 'maxLength'>, rules: LabelRules): ReadLabel {
  const found = valueAt(fields, to.field);
  if (!Array.isArray(found))
    return found === undefined ? { reason: reasonOfMissing(fields, to.field, to.parameter) } : readLabel(found, rules);
  if (found.length === 1) return readLabel(found[0], rules);
  return {
    reason:
      found.length === 0
        ? 'the field is an empty list'
        : `the field is a list of ${found.length} labels; the task takes one`,
  };
}

/** The field as a set of labels in its one form, a list or a CSV cell that a bar parts, or why it is none. */
export function readLabelsField(fields: Fields, to: Omit<FieldToRead, 'maxLength'>, rules: LabelRules): ReadLabel {
  const found = valueAt(fields, to.field);
  const parts = Array.isArray(found) ? found : typeof found === 'string' ? partsOf(found) : undefined;
  if (parts === undefined) {
    const text = readTextField(fields, { ...to, maxLength: maxNameLength });
    return 'reason' in text ? text : { reason: 'the field is not a list of labels' };
  }
  if (parts.length > maxLabels)
    return { reason: `the field has ${parts.length} labels; at most ${maxLabels} are taken` };
  const labels: string[] = [];
  let cleaned = false;
  for (const [index, part] of parts.entries()) {
    const label = readLabel(part, rules);
    if ('reason' in label) return { reason: `label ${index + 1}: ${label.reason}` };
    if (labels.includes(label.value)) return { reason: `the label \`${label.value}\` stands there twice` };
    labels.push(label.value);
    cleaned ||= label.cleaned;
  }
  return { value: writeLabelSet(labels), cleaned };
}

/** A cell may also hold the set as a JSON array. */
function partsOf(cell: string): unknown[] {
  if (cell.trim().startsWith('["') || cell.trim() === '[]') {
    try {
      const list: unknown = JSON.parse(cell);
      if (Array.isArray(list)) return list;
    } catch {
      // Then it is a label like any other, and told what it looks like.
    }
  }
  return cell.split(separator).filter((part, _, all) => all.length > 1 || part.trim() !== '');
}

/** A file has few labels and many rows. */
const mostRemembered = 10_000;

function readLabel(found: unknown, rules: LabelRules): ReadLabel {
  if (typeof found !== 'string') return judgeLabel(found, rules);
  const remembered = rules.remembered.get(found);
  if (remembered) return remembered;
  const read = judgeLabel(found, rules);
  if (rules.remembered.size < mostRemembered) rules.remembered.set(found, read);
  return read;
}

function judgeLabel(found: unknown, rules: LabelRules): ReadLabel {
  const { declared, aliases, spell, names } = rules;
  if (names && !Array.isArray(found) && /^\d+$/.test(String(found))) return nameOfInteger(Number(found), names, rules);
  const written =
    typeof found === 'boolean' && (declared.has(String(found)) || aliases.has(String(found))) ? String(found) : found;
  const read = readTextField({ label: written }, { field: 'label', maxLength: maxNameLength });
  if ('reason' in read) return { reason: found === undefined ? 'the label is missing' : read.reason };
  const { cleaned } = read;
  const meant = aliases.get(read.value);
  if (meant !== undefined) return { value: meant, cleaned };
  const value = spell(read.value);
  if (declared.has(value)) return { value, cleaned };
  const form = formOf(value);
  if (form === undefined) return { value, cleaned };
  return {
    reason: `the label \`${value}\` ${form}; if it is meant so, name it under \`labels\` or \`aliases\` in adapter.yaml`,
  };
}

function nameOfInteger(integer: number, names: readonly string[], rules: LabelRules): ReadLabel {
  const name = names[integer];
  if (name !== undefined) return judgeLabel(name, { ...rules, names: undefined });
  return {
    reason: `the label ${integer} has no name: ${names.length} names were given, for 0 to ${names.length - 1}`,
  };
}

const missing = new Set([
  'none',
  'null',
  'nan',
  'nat',
  'nil',
  'n/a',
  'na',
  '#n/a',
  '<na>',
  'undefined',
  '-',
  '--',
  '-1',
]);

/** Names that printing an object of Python, NumPy or PyTorch leaves. */
const printedCall =
  /^(?:[a-z_]\w*\.)*(?:array|ndarray|tensor|str_|bool_|u?int\d+|float\d+|Decimal|Timestamp|ClassLabel|datetime|Label)\(.*\)$/i;

const forms: readonly [looksLike: (label: string) => boolean, form: string][] = [
  [(label) => missing.has(label.toLowerCase()), 'stands for a missing value'],
  [(label) => /^-\d+$/.test(label), 'is a negative number'],
  [
    (label) => /^[+-]?(?:\d+\.\d*|\.\d+)(?:e[+-]?\d+)?$|^[+-]?\d+e[+-]?\d+$/i.test(label),
    'is a number that is not whole',
  ],
  [(label) => /^(?:true|false)$/i.test(label), 'is a serialised boolean'],
  [(label) => /^\[.*\]$|^\(.*,.*\)$/.test(label), 'is a list that was printed as text'],
  [(label) => /^\{.*\}$/.test(label), 'is an object that was printed as text'],
  [(label) => printedCall.test(label) || /^<.+>$/.test(label), 'is a value that was printed as code'],
  [(label) => /^b?(["'`]).*\1$/.test(label), 'stands in quotes'],
  [(label) => label.startsWith('__label__'), 'has the prefix of fastText'],
];

/** What the label looks like, where that is no name. */
function formOf(label: string): string | undefined {
  return forms.find(([looksLike]) => looksLike(label))?.[1];
}
