/** An answer that a person gives to an example, held to the rules that rows of an intake are held to. */
import { EspalierError } from '../core/errors.js';
import { nearestName } from '../core/text.js';
import type { Task } from '../declaration/tasks.js';
import { labelRulesOf, readLabelField, readLabelsField } from '../reading/label-field.js';

/**
 * The label, or the labels of a multi-label task as one set, in the form in which they are stored.
 * @throws LABEL_INVALID
 */
export function readAnswer(task: Task, labels: string | readonly string[]): string {
  const given = task.multiLabel ? [labels].flat() : labels;
  const reader = task.multiLabel ? readLabelsField : readLabelField;
  const read = reader({ label: given }, { field: 'label' }, labelRulesOf(task));
  if ('reason' in read)
    throw new EspalierError('LABEL_INVALID', `\`${[labels].flat().join(', ')}\` is no answer: ${read.reason}`);
  const strange = task.multiLabel ? [labels].flat().find((label) => isUndeclared(task, label)) : read.value;
  if (strange !== undefined && isUndeclared(task, strange)) throw undeclared(task, strange);
  return read.value;
}

const isUndeclared = ({ labels }: Task, label: string) => labels !== 'open' && !labels.includes(label);

function undeclared({ name, labels }: Task, label: string): EspalierError {
  const near = labels === 'open' ? undefined : nearestName(label, labels);
  const nearest = near === undefined ? '' : ` The nearest is \`${near}\`.`;
  return new EspalierError('LABEL_INVALID', `the task ${name} does not declare the label \`${label}\``, {
    hint: `Add it to \`labels\` of the task in adapter.yaml, or give a declared one.${nearest}`,
  });
}
