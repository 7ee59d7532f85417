/**
 * Labels change their names, become one, are parted, or end. What has learned them follows: a renamed label keeps its
 * class in the head; of merged, parted and ended ones the examples are corrected, and classes that no example bears are
 * retired.
 */
import { EspalierError } from '../core/errors.js';
import { readLabelSet, writeLabelSet } from '../core/label-sets.js';
import { nearestName } from '../core/text.js';
import type { AdapterDeclaration } from '../declaration/declaration.js';
import type { Task } from '../declaration/tasks.js';
import type { Store } from '../store/database.js';
import type { Rename } from '../store/edits.js';
import type { Example } from '../store/examples.js';
import { listBearers } from '../store/label-bearers.js';
import { listStrata } from '../store/strata.js';
import { readAnswer } from './answer.js';
import type { EditRequest } from './edit-request.js';

/** An edit, but for who makes it, when and why. */
export type LabelEdit = Omit<EditRequest, 'reason' | 'actor' | 'at'>;

export interface OfTask {
  readonly declaration: AdapterDeclaration;
  readonly task: Task;
}

/** @throws LABEL_NOT_FOUND, LABEL_EXISTS, LABEL_INVALID */
export async function renameLabel(store: Store, of: OfTask, from: string, to: string): Promise<LabelEdit> {
  const ids = await bearersOf(store, of, from);
  const [name] = namesIn(of.task, to);
  if ((await listBearers(store, asked(of, name!))).length > 0)
    throw new EspalierError('LABEL_EXISTS', `the task ${of.task.name} has examples with the label \`${name}\` already`);
  const rename = { task: of.task.name, from, to: name! };
  const summary = `rename \`${from}\` to \`${name}\``;
  return { ...edit(of), act: 'rename label', summary, ids, change: replacing([rename]), renames: [rename] };
}

/** @throws LABEL_NOT_FOUND, LABEL_INVALID, USAGE */
export async function mergeLabels(
  store: Store,
  of: OfTask,
  labels: readonly string[],
  into: string,
): Promise<LabelEdit> {
  const [name] = namesIn(of.task, into);
  const others = [...new Set(labels)].filter((label) => label !== name);
  if (others.length === 0)
    throw new EspalierError('USAGE', `there is nothing to merge into \`${name}\``, {
      hint: 'Name at least one other label.',
    });
  const ids = new Set<number>();
  for (const label of others) for (const id of await bearersOf(store, of, label)) ids.add(id);
  const renames = others.map((from) => ({ task: of.task.name, from, to: name! }));
  const summary = `merge ${others.map((label) => `\`${label}\``).join(', ')} into \`${name}\``;
  return { ...edit(of), act: 'merge labels', summary, ids: [...ids], change: replacing(renames), renames };
}

/**
 * Gives the examples of a label new ones.
 * @param answers example -> label, or labels of a multi-label task, for examples that have the label
 * @throws LABEL_NOT_FOUND, LABEL_INVALID, EXAMPLE_NOT_FOUND
 */
export async function splitLabel(
  store: Store,
  of: OfTask,
  label: string,
  answers: ReadonlyMap<number, string | readonly string[]>,
): Promise<LabelEdit> {
  const bearers = new Set(await bearersOf(store, of, label));
  const stranger = [...answers.keys()].find((id) => !bearers.has(id));
  if (stranger !== undefined)
    throw new EspalierError(
      'EXAMPLE_NOT_FOUND',
      `${of.declaration.name} has no example ${stranger} with the label \`${label}\``,
    );
  const read = new Map([...answers].map(([id, answer]) => [id, readAnswer(of.task, answer)]));
  const names = [...new Set(read.values())].map((name) => `\`${name}\``);
  const summary = `split \`${label}\` into ${names.join(', ')}`;
  const change = ({ id }: Example) => ({ label: read.get(id)! });
  return { ...edit(of), act: 'split label', summary, ids: [...read.keys()], change };
}

/**
 * Ends a label: its examples are quarantined; in a multi-label task they keep their other labels.
 * @throws LABEL_NOT_FOUND
 */
export async function retireLabel(store: Store, of: OfTask, label: string): Promise<LabelEdit> {
  const ids = await bearersOf(store, of, label);
  const change = (example: Example) =>
    of.task.multiLabel
      ? { label: writeLabelSet(readLabelSet(example.label).filter((own) => own !== label)) }
      : { quarantined: true };
  return { ...edit(of), act: 'retire label', summary: `retire \`${label}\``, ids, change };
}

const edit = ({ declaration }: OfTask) => ({ adapter: declaration.name });

const asked = ({ declaration, task }: OfTask, label: string) => ({
  adapter: declaration.name,
  task: task.name,
  label,
});

/** @throws LABEL_INVALID */
function namesIn(task: Task, label: string): string[] {
  const answer = readAnswer(task, label);
  return task.multiLabel ? readLabelSet(answer) : [answer];
}

/** @throws LABEL_NOT_FOUND */
async function bearersOf(store: Store, of: OfTask, label: string): Promise<number[]> {
  const ids = await listBearers(store, asked(of, label));
  if (ids.length > 0) return ids;
  const strata = await listStrata(store.queries, of.declaration.name, of.task.name);
  const known = [...new Set(strata.filter(({ received }) => received > 0).map((one) => one.label))];
  const near = nearestName(label, known);
  throw new EspalierError('LABEL_NOT_FOUND', `no example of the task ${of.task.name} has the label \`${label}\``, {
    ...(near !== undefined && { hint: `Did you mean \`${near}\`?` }),
  });
}

/** The labels of an example, each by its new name. */
function replacing(renames: readonly Rename[]): EditRequest['change'] {
  const names = new Map(renames.map(({ from, to }) => [from, to]));
  const nameOf = (label: string) => names.get(label) ?? label;
  // A single label that is renamed is among them itself; a set is not.
  return (_example, { label }) => ({
    label: names.has(label) ? nameOf(label) : writeLabelSet(readLabelSet(label).map(nameOf)),
  });
}
