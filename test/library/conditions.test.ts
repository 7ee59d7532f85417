/** How people write conditions; test/store/example-filter.test.ts says what they select. */
import { describe, expect, it } from 'vitest';
import { parseCondition } from '#espalier/library/conditions.js';
import { filterOf } from '#espalier/library/example-query.js';
import { declare } from '../support/declaration.js';
import { errorOf } from '../support/errors.js';

describe('a condition', () => {
  it.each([
    ['label=refund', { field: 'label', is: '=', value: 'refund' }],
    [' label = money back ', { field: 'label', is: '=', value: 'money back' }],
    ['label=a=b', { field: 'label', is: '=', value: 'a=b' }],
    ['label!=', { field: 'label', is: '!=', value: '' }],
    ['text~=SUM(A1)', { field: 'text', is: '~', value: '=SUM(A1)' }],
    ['text~a\nb', { field: 'text', is: '~', value: 'a\nb' }],
    ['id<=12', { field: 'id', is: '<=', value: 12 }],
    ['state!=never', { field: 'state', is: '!=', value: 'never' }],
    ['received>2026-01-05', { field: 'received', is: '>', value: '2026-01-05' }],
    ['received<2026-01-05T10:00+02:00', { field: 'received', is: '<', value: '2026-01-05T08:00:00.000Z' }],
    ['pinned=yes', { field: 'pinned', is: '=', value: 'yes' }],
    ['quarantined!=no', { field: 'quarantined', is: '!=', value: 'no' }],
    ['weight>=0.25', { field: 'weight', is: '>=', value: 0.25 }],
    ['note=', { field: 'note', is: '=', value: '' }],
    ['file~\u202e.csv', { field: 'file', is: '~', value: '\u202e.csv' }],
  ])('%j is read', (written, condition) => {
    expect(parseCondition(written)).toEqual(condition);
  });

  it.each([
    ['label', 'is no condition', 'Write a field, one of'],
    ['', 'is no condition', 'Write a field, one of'],
    ['=x', 'is no condition', 'Write a field, one of'],
    ['labell=x', 'names the unknown field `labell`', 'Did you mean `label`?'],
    ['colour=x', 'names the unknown field `colour`', 'There is: id, task, label'],
    ['__proto__=x', 'names the unknown field `__proto__`', 'There is: id'],
    ['label<x', 'compares `label` by <', '`label` takes = != ~.'],
    ['state~mem', 'compares `state` by ~', '`state` takes = !=.'],
    ['state=membr', 'has the unknown value `membr`', 'Did you mean `member`?'],
    ['split=test', 'has the unknown value `test`', 'There is: train, holdout.'],
    ['id=-1', 'compares `id` with what is no whole number', 'Write it as `id>100`.'],
    ['id=99999999999999999999', 'compares `id` with what is no whole number', 'Write it as `id>100`.'],
    ['received=2026-02-30', 'names no time', 'Write it as 2026-11-24'],
    ['received=yesterday', 'names no time', 'Write it as 2026-11-24'],
    ['received=2026-01-05T10:00', 'names no time', 'Write it as 2026-11-24'],
    ['pinned=1', 'has the unknown value `1`', 'There is: yes, no.'],
    ['pinned~y', 'compares `pinned` by ~', '`pinned` takes = !=.'],
    ['weight=heavy', 'compares `weight` with what is no number', 'Write it as `weight>1`.'],
    ['weight=-1', 'compares `weight` with what is no number', 'Write it as `weight>1`.'],
    ['note>a', 'compares `note` by >', '`note` takes = != ~.'],
    ['text~', 'looks for nothing', 'Write what the field contains'],
  ])('%j is refused', async (written, what, hint) => {
    const error = await errorOf(async () => parseCondition(written));
    expect(error).toMatchObject({
      code: 'USAGE',
      message: `the condition \`${written}\` ${what}`,
      parameters: ['where'],
    });
    expect(error.hint).toContain(hint);
  });
});

describe('a query', () => {
  const declaration = declare('');

  it('is one filter of what is named and what is written', () => {
    const filter = filterOf(declaration, { label: 'a', contains: 'b', where: ['label=c'], search: 'd', ids: [1] });
    expect(filter).toEqual({
      conditions: [
        { field: 'label', is: '=', value: 'a' },
        { field: 'text', is: '~', value: 'b' },
        { field: 'label', is: '=', value: 'c' },
      ],
      search: [{ words: ['d'], isPrefix: false }],
      ids: [1],
    });
    expect(filterOf(declaration, {})).toEqual({ conditions: [] });
  });

  it.each([
    [{ task: 'nothing' }, 'TASK_UNKNOWN'],
    [{ where: ['task=nothing'] }, 'TASK_UNKNOWN'],
    [{ state: 'gone' as 'member' }, 'USAGE'],
    [{ split: 'test' as 'train' }, 'USAGE'],
    [{ ids: [1.5] }, 'USAGE'],
    [{ search: '!' }, 'USAGE'],
  ])('%j is refused as %s', async (query, code) => {
    expect((await errorOf(async () => filterOf(declaration, query))).code).toBe(code);
  });
});
