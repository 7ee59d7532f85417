/** What the exports of annotation tools hold, and which of it counts. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { ReadRequest } from '#espalier/reading/format.js';
import { openInputs } from '#espalier/reading/open-input.js';
import { readRows } from '#espalier/reading/rows.js';
import { errorOf } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();

/** Of each row the text and label, or why it cannot be read, and where annotators disagreed. */
async function read(content: string, { columns = { text: 'text', label: 'label' }, task }: Partial<ReadRequest> = {}) {
  const path = join(folder, 'export');
  writeFileSync(path, content);
  const { files } = await openInputs([{ path, name: 'export' }], Readable.from([]), { columns: ['text', 'label'] });
  const found: unknown[] = [];
  for await (const { content, agreement } of readRows(files[0]!, columns, { task })) {
    const what =
      'fields' in content ? [content.fields[columns.text!], content.fields[columns.label!]] : content.unreadable;
    found.push(agreement ? [what, agreement] : what);
  }
  return found;
}

describe('Label Studio', () => {
  const annotated = (choices: readonly string[], more: object = {}, control = 'intent') => ({
    result: [{ type: 'choices', from_name: control, to_name: 'text', value: { choices } }],
    ...more,
  });
  const tasks = (...annotations: readonly (readonly object[])[]) =>
    JSON.stringify(annotations.map((own, index) => ({ id: index, data: { text: `t${index}` }, annotations: own })));

  it('several choices are a set, and of one label a list of one', async () => {
    expect(await read(tasks([annotated(['a', 'b'])], [annotated(['c'])]))).toEqual([
      ['t0', ['a', 'b']],
      ['t1', ['c']],
    ]);
  });

  it('cancelled annotations do not count, and a task without another is rejected', async () => {
    const cancelled = { was_cancelled: true };
    expect(
      await read(tasks([annotated(['a'], cancelled), annotated(['b'])], [annotated(['a'], cancelled)], [])),
    ).toEqual([['t0', ['b']], 'all annotations of the task were cancelled', 'the task has no annotation']);
  });

  it('older exports have completions', async () => {
    const content = JSON.stringify([{ id: 1, data: { text: 'old' }, completions: [annotated(['a'])] }]);
    expect(await read(content)).toEqual([['old', ['a']]]);
  });

  it('more than half of the annotators decide; without such a majority the row is rejected with their answers', async () => {
    const [a, b] = [annotated(['a']), annotated(['b'])];
    expect(await read(tasks([a, a, b], [a, b], [annotated(['x', 'y']), annotated(['y', 'x'])]))).toEqual([
      [['t0', ['a']], { annotators: 3, agreed: 2 }],
      'the 2 annotators disagree, without a majority: `a` (1), `b` (1)',
      ['t2', ['x', 'y']],
    ]);
  });

  it('of several controls the one counts that the task or the label field names', async () => {
    const both = {
      result: [...annotated(['late']).result, ...annotated(['high'], {}, 'urgency').result],
    };
    const content = tasks([annotated(['low'], {}, 'urgency')], [both]);
    const missing = 'no annotation of the task has choices';
    expect(await read(content, { task: 'intent' })).toEqual([missing, ['t1', ['late']]]);
    expect(await read(content, { columns: { text: 'text', label: 'urgency' }, task: 'intent' })).toEqual([
      ['t0', ['low']],
      ['t1', ['high']],
    ]);
    expect(await errorOf(read(content, { task: 'mood' }))).toMatchObject({
      code: 'INPUT_FORMAT',
      message: 'export answers several questions: urgency, intent',
      choices: ['urgency', 'intent'],
    });
  });

  it('a label that the data brought is no answer', async () => {
    const content = JSON.stringify([{ data: { text: 't', label: 'guess' }, annotations: [annotated(['a'])] }]);
    expect(await read(content)).toEqual([['t', ['a']]]);
  });
});

describe('Argilla', () => {
  const lines = (...records: readonly object[]) => records.map((one) => JSON.stringify(one)).join('\n');

  it('only submitted responses count; suggestions never', async () => {
    const flat = (values: unknown, statuses: unknown) => ({
      text: 't',
      'label.responses': values,
      'label.responses.status': statuses,
      'label.suggestion': 'guessed',
    });
    const content = lines(
      flat(['a', 'b'], ['submitted', 'draft']),
      flat(['a'], ['discarded']),
      flat(null, null),
      flat(['a', 'a', 'b'], ['submitted', 'submitted', 'submitted']),
      flat([['a', 'b']], ['submitted']),
    );
    const none = 'the record has no submitted response';
    expect(await read(content)).toEqual([
      ['t', 'a'],
      none,
      none,
      [['t', 'a'], { annotators: 3, agreed: 2 }],
      ['t', ['a', 'b']],
    ]);
  });

  it('records with fields and responses are read, as lines or as an array', async () => {
    const record = (status: string, responses: object) => ({
      status,
      fields: { text: 't' },
      suggestions: { label: { value: 'guessed' } },
      responses,
    });
    const records = [
      record('completed', { label: [{ value: 'a', user_id: '1' }] }),
      record('pending', { label: [{ value: 'a', user_id: '1' }] }),
      record('pending', { label: [{ value: 'b', user_id: '1', status: 'submitted' }] }),
    ];
    const expected = [['t', 'a'], 'the record has no submitted response', ['t', 'b']];
    expect(await read(lines(...records))).toEqual(expected);
    expect(await read(JSON.stringify(records, null, 2))).toEqual(expected);
  });

  it('records with a list of responses are read', async () => {
    const content = lines({
      fields: { text: 't' },
      responses: [
        { user_id: '1', status: 'submitted', values: { label: { value: 'a' } } },
        { user_id: '2', status: 'discarded', values: { label: { value: 'b' } } },
      ],
    });
    expect(await read(content)).toEqual([['t', 'a']]);
  });

  it('of version 1 only validated records count', async () => {
    const content = lines(
      { text: 'one', annotation: 'a', status: 'Validated', prediction: [{ label: 'b', score: 0.9 }] },
      { text: 'two', annotation: [{ label: 'a', score: 1 }], status: 'Validated' },
      { text: 'three', annotation: 'a', status: 'Default' },
    );
    expect(await read(content)).toEqual([['one', 'a'], ['two', ['a']], 'the record has no submitted response']);
  });
});

describe('Rasa', () => {
  const nlu = (...lines: readonly string[]) => ['version: "3.1"', 'nlu:', ...lines, ''].join('\n');

  it('marks of entities are removed, and other sections left out', async () => {
    const content = nlu(
      '- synonym: rome',
      '  examples: |',
      '    - roma',
      '- intent: faq/book_trip',
      '  examples: |',
      '    - to [Rome](city) please',
      '    - to [Rome](city:roma), [now]{"entity": "time", "value": "t"}',
      '    - [two][{"entity": "count"}, {"entity": "number"}] seats [sic]',
      '- lookup: cities',
      '  examples: |',
      '    - rome',
    );
    expect(await read(content)).toEqual([
      ['to Rome please', 'faq/book_trip'],
      ['to Rome, now', 'faq/book_trip'],
      ['two seats [sic]', 'faq/book_trip'],
    ]);
  });

  it('examples may be a list, with metadata', async () => {
    const content = nlu(
      '- intent: hello',
      '  examples:',
      '  - text: |',
      '      good day',
      '    metadata: {mood: kind}',
      '  - hi',
    );
    expect(await read(content)).toEqual([
      ['good day', 'hello'],
      ['hi', 'hello'],
    ]);
  });

  it('an example that is none is handed on with its line, and the next is read', async () => {
    const path = join(folder, 'nlu.yml');
    writeFileSync(path, nlu('- intent: a', '  examples: |', '    - one', '', '    two', '    - three', '- intent: b'));
    const rows: unknown[] = [];
    for await (const { line, content } of readRows(
      { path, name: 'nlu.yml', format: 'rasa' },
      { text: 't', label: 'l' },
    ))
      rows.push([line, 'fields' in content ? content.fields : content.unreadable]);
    expect(rows).toEqual([
      [5, { t: 'one', l: 'a' }],
      [7, 'the line of `examples` does not begin with a dash'],
      [8, { t: 'three', l: 'a' }],
      [9, 'the intent has no `examples`, neither a block of lines nor a list'],
    ]);
  });

  it('YAML that is not well-formed, or has no list `nlu`, is refused with its line', async () => {
    expect(await errorOf(read(nlu('- intent: "a', '  examples: |')))).toMatchObject({ code: 'INPUT_FORMAT' });
    expect(await errorOf(read('nlu:\n  intent: a\n'))).toMatchObject({
      code: 'INPUT_FORMAT',
      message: expect.stringContaining('no list `nlu`'),
    });
  });
});
