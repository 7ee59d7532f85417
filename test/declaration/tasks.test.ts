import { describe, expect, it } from 'vitest';
import {
  distinctClasses,
  distinctDomains,
  nameWithin,
  requireRivals,
  taskNamed,
  taskNumbers,
} from '#espalier/declaration/tasks.js';
import { declare } from '../support/declaration.js';
import { errorOf } from '../support/errors.js';

const classOf = (task: string, label: string) => ({ task, label });
const tasks = ['intent', 'tone'].map((name) => ({ name, labels: 'open' as const }));
const two = { name: 'support', tasks };

describe('a class', () => {
  it('is a label of a task: one label in two tasks is two classes', () => {
    const rows = [
      classOf('tone', 'other'),
      classOf('intent', 'other'),
      classOf('tone', 'other'),
      classOf('intent', 'refund'),
    ];
    expect(distinctClasses(rows.map((row) => ({ ...row, text: 'kept out' })))).toEqual([rows[0], rows[1], rows[3]]);
  });

  it('has the number of its task, in the order in which the tasks came, wherever the class stands', () => {
    const classes = [
      classOf('tone', 'glad'),
      classOf('intent', 'refund'),
      classOf('tone', 'cross'),
      classOf('intent', 'glad'),
    ];
    expect(taskNumbers(classes)).toEqual(Int32Array.of(0, 1, 0, 1));
  });

  it('needs a rival in its own task', async () => {
    const classes = [classOf('intent', 'refund'), classOf('tone', 'glad'), classOf('intent', 'cancel')];
    requireRivals(two, [...classes, classOf('tone', 'cross')]);
    const error = await errorOf(async () => requireRivals(two, classes));
    expect([error.code, error.message]).toEqual([
      'TOO_FEW_CLASSES',
      'support has examples of `glad` only in its task tone',
    ]);
  });
});

describe('a domain', () => {
  it('is of a task: one name in two tasks is two domains', () => {
    const rows = ['tone', 'intent', 'tone'].map((task) => ({ task, domain: 'shop' }));
    expect(distinctDomains(rows)).toEqual([rows[0], rows[1]]);
  });

  it('is shown with its task only where the adapter has several', () => {
    expect([nameWithin(tasks, 'tone', 'a/b'), nameWithin(tasks.slice(0, 1), 'intent', 'a/b')]).toEqual([
      'tone/a/b',
      'a/b',
    ]);
  });
});

describe('the task that is meant', () => {
  it('is the named one, or the only one', () => {
    expect(taskNamed(two, 'tone').name).toBe('tone');
    expect(taskNamed(declare(), undefined).name).toBe('intent');
    expect(taskNamed(declare(), 'intent').name).toBe('intent');
  });

  it('must be named where there are several', async () => {
    const error = await errorOf(async () => taskNamed(two, undefined));
    expect([error.code, error.hint]).toEqual(['TASK_MISSING', 'Name one with `task`: intent, tone.']);
    expect([error.kind, error.parameters, error.choices]).toEqual(['usage', ['task'], ['intent', 'tone']]);
  });

  it('must be declared', async () => {
    const [near, far] = [
      await errorOf(async () => taskNamed(two, 'tones')),
      await errorOf(async () => taskNamed(declare(), 'weather')),
    ];
    expect([near.code, near.hint]).toEqual(['TASK_UNKNOWN', 'Did you mean `tone`? There is: intent, tone.']);
    expect([far.code, far.hint]).toEqual(['TASK_UNKNOWN', 'There is: intent.']);
  });
});
