/** What an intake notices of labels: which are new to the adapter, which are near to another, numbers among names. */

import { aliasesOf, type Task } from '../declaration/tasks.js';
import { type LabelRules, labelRulesOf } from '../reading/label-field.js';
import { type NearLabel, NearLabels } from './near-labels.js';

export interface NewLabel {
  readonly label: string;
  /** Examples of this intake that have it. */
  readonly count: number;
  /** A label that the adapter knows, or another new one, that may be the same label spelled otherwise. */
  readonly near: NearLabel | undefined;
}

export interface LabelBook extends LabelRules {
  /** Counts the labels of an accepted example. */
  count(labels: readonly string[]): void;
  /** The most frequent first. */
  newLabels(): NewLabel[];
  /** Sentences about labels that hardly belong together. */
  warnings(): string[];
}

/**
 * @param known labels that examples of the task have already
 * @param names the labels that integers stand for
 */
export function openLabelBook(task: Task, known: ReadonlySet<string>, names?: readonly string[]): LabelBook {
  const rules = labelRulesOf(task);
  const { declared } = rules;
  const counts = new Map<string, number>();
  const spelling = openSpelling([...declared, ...known]);
  return {
    ...rules,
    spell: task.foldCase === true ? spelling : (label) => label,
    names,
    count(labels) {
      for (const label of labels) if (!known.has(label)) counts.set(label, (counts.get(label) ?? 0) + 1);
    },
    newLabels: () =>
      nearnessOf(
        [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)),
        known,
        declared,
      ),
    warnings: () => [...warningsOf([...counts.keys()], known, declared), ...warnOfUndeclared(task, known)],
  };
}

/** The first spelling of a label, whatever its letter case. */
function openSpelling(first: readonly string[]): (label: string) => string {
  const spellings = new Map<string, string>();
  const spell = (label: string) => {
    const folded = label.toUpperCase().toLowerCase();
    const spelling = spellings.get(folded) ?? label;
    spellings.set(folded, spelling);
    return spelling;
  };
  for (const label of first) spell(label);
  return spell;
}

/** Whoever declares a label means it: it is near to none. */
function nearnessOf(
  counted: readonly [string, number][],
  known: ReadonlySet<string>,
  declared: ReadonlySet<string>,
): NewLabel[] {
  const among = new NearLabels(known);
  return counted.map(([label, count]) => {
    const near = declared.has(label) ? undefined : among.find(label);
    among.add(label);
    return { label, count, near };
  });
}

const isInteger = (label: string) => /^[+-]?\d+$/.test(label);

function warningsOf(fresh: readonly string[], known: ReadonlySet<string>, declared: ReadonlySet<string>): string[] {
  const undeclared = fresh.filter((label) => !declared.has(label));
  const [numbers, names] = [undeclared.filter(isInteger), undeclared.filter((label) => !isInteger(label))];
  const knownNumbers = [...known].filter((label) => isInteger(label) && !declared.has(label));
  const knownNames = [...known].filter((label) => !isInteger(label));
  if (numbers.length > 0 && knownNames.length + names.length > 0) return [mixture(numbers, [...knownNames, ...names])];
  if (names.length > 0 && knownNumbers.length > 0) return [mixture(knownNumbers, names)];
  return [];
}

/** Of a closed list that has changed since examples were taken in. */
function warnOfUndeclared(task: Task, known: ReadonlySet<string>): string[] {
  const aliases = aliasesOf(task);
  const left =
    task.labels === 'open' ? [] : [...known].filter((label) => !task.labels.includes(label) && !aliases.has(label));
  if (left.length === 0) return [];
  const more = left.length > 3 ? `, and ${left.length - 3} more` : '';
  return [
    `Examples in the store have labels that adapter.yaml does not declare any more (${left.slice(0, 3).join(', ')}${more}). ` +
      'They are learned and answered still; if a label was renamed, map its old name with `aliases`.',
  ];
}

function mixture(numbers: readonly string[], names: readonly string[]): string {
  const some = (labels: readonly string[]) => `${labels.slice(0, 3).join(', ')}${labels.length > 3 ? ', ...' : ''}`;
  return (
    `Labels that are numbers (${some(numbers)}) stand beside labels that are names (${some(names)}). ` +
    'If they mean the same, map them with `aliases` in adapter.yaml before you train.'
  );
}
