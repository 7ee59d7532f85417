import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FormatName } from '#espalier/reading/input-file.js';
import { maxLineBytes, type Row } from '#espalier/reading/row.js';
import { readRows } from '#espalier/reading/rows.js';
import { errorOf } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const path = join(temporaryFolder(), 'input');
const fields = { text: 'text', label: 'label' };

async function read(format: FormatName, content: string | Buffer, names = fields): Promise<Row[]> {
  writeFileSync(path, content);
  const rows: Row[] = [];
  for await (const row of readRows({ path, name: 'rows', format }, names)) rows.push(row);
  return rows;
}

const fieldsOf = (row: Row | undefined) => (row && 'fields' in row.content ? row.content.fields : undefined);
const reasonOf = (row: Row | undefined) => (row && 'unreadable' in row.content ? row.content.unreadable : undefined);

describe('JSON lines', () => {
  it('are read with their line', async () => {
    const rows = await read('jsonl', '{"text":"a","label":"x"}\n{"text":"b","label":"y"}\n');
    expect(rows.map((row) => [row.file, row.line, fieldsOf(row)])).toEqual([
      ['rows', 1, { text: 'a', label: 'x' }],
      ['rows', 2, { text: 'b', label: 'y' }],
    ]);
  });

  it('may have a byte order mark, Windows line ends, blank lines, and no line feed at the end', async () => {
    const rows = await read('jsonl', '\ufeff{"text":"a"}\r\n\r\n   \r\n{"text":"b"}');
    expect(rows.map((row) => [row.line, fieldsOf(row)])).toEqual([
      [1, { text: 'a' }],
      [4, { text: 'b' }],
    ]);
  });

  it('may lie across the chunks that are read', async () => {
    const texts = Array.from({ length: 3000 }, (_, index) => `${index} ${'é👋'.repeat(index % 20)}`);
    const rows = await read('jsonl', texts.map((text) => JSON.stringify({ text })).join('\n'));
    expect(rows.map((row) => fieldsOf(row)?.text)).toEqual(texts);
  });

  it.each([
    ['{"text": "half', 'the line is not JSON'],
    ['text,label', 'the line is not JSON'],
    ['["a","b"]', 'the line is not a JSON object'],
    ['"text"', 'the line is not a JSON object'],
    ['null', 'the line is not a JSON object'],
    ['42', 'the line is not a JSON object'],
  ])('that cannot be read are handed on with their reason, and the next is read: %s', async (line, reason) => {
    const [bad, good] = await read('jsonl', `${line}\n{"text":"b"}\n`);
    expect(reasonOf(bad)).toContain(reason);
    expect(bad).toMatchObject({ line: 1, raw: line });
    expect(fieldsOf(good)).toEqual({ text: 'b' });
  });

  it('of exactly the longest length are read; one byte more is too long', async () => {
    const line = (bytes: number) => `{"text":"${'a'.repeat(bytes - 11)}"}`;
    const [longest, longer] = await read('jsonl', `${line(maxLineBytes)}\n${line(maxLineBytes + 1)}\n`);
    expect(String(fieldsOf(longest)?.text)).toHaveLength(maxLineBytes - 11);
    expect(reasonOf(longer)).toBe(`the line has ${maxLineBytes + 1} bytes; at most ${maxLineBytes} are read`);
  });

  it('of a megabyte are rejected with their true size and only their start kept', async () => {
    const [long, next] = await read('jsonl', `{"text":"${'a'.repeat(1 << 20)}"}\n{"text":"b"}\n`);
    expect(reasonOf(long)).toContain(`the line has ${(1 << 20) + 11} bytes`);
    expect(long!.raw).toHaveLength(1024);
    expect(long!.raw.startsWith('{"text":"aaa')).toBe(true);
    expect(next).toMatchObject({ line: 2, content: { fields: { text: 'b' } } });
  });

  it('of any length are rejected in constant memory', async () => {
    writeFileSync(path, Buffer.alloc(96 << 20, 'a'));
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }, 1);
    try {
      for await (const row of readRows({ path, name: 'rows', format: 'jsonl' }, fields))
        expect(row.raw).toHaveLength(1024);
    } finally {
      clearInterval(watch);
    }
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(48 << 20);
  });
});

describe('CSV', () => {
  it('is read by its header, in any order of columns', async () => {
    const rows = await read('csv', 'label,text,note\nx,a,1\ny,b,\n');
    expect(rows.map((row) => [row.line, fieldsOf(row)])).toEqual([
      [2, { label: 'x', text: 'a', note: '1' }],
      [3, { label: 'y', text: 'b', note: '' }],
    ]);
  });

  it('may have a byte order mark, Windows line ends, blank lines and spaces around column names', async () => {
    const rows = await read('csv', '\ufeff"text", label \r\na,x\r\n\r\nb,y\r\n');
    expect(rows.map(fieldsOf)).toEqual([
      { text: 'a', label: 'x' },
      { text: 'b', label: 'y' },
    ]);
  });

  it('may quote commas, quotes and line feeds; the line is the one a row ends on', async () => {
    const rows = await read('csv', 'text,label\n"one, ""two""\nthree",x\nb,y\n');
    expect(rows.map((row) => [row.line, fieldsOf(row)])).toEqual([
      [3, { text: 'one, "two"\nthree', label: 'x' }],
      [4, { text: 'b', label: 'y' }],
    ]);
  });

  it('hands on a row with too few or too many cells with its reason, and reads the next', async () => {
    const rows = await read('csv', 'text,label\na\nb,y,z\nc,x\n');
    expect(rows.map(reasonOf)).toEqual([
      'the row has 1 cell; the header has 2',
      'the row has 3 cells; the header has 2',
      undefined,
    ]);
    expect(rows[1]!.raw).toBe('["b","y","z"]');
    expect(fieldsOf(rows[2])).toEqual({ text: 'c', label: 'x' });
  });

  it('reads quotes within an unquoted cell as they stand', async () => {
    const rows = await read('csv', 'text,label\na 12" pipe,x\n5" of rain,"y"\n"he said ""so""",z\n');
    expect(rows.map(fieldsOf)).toEqual([
      { text: 'a 12" pipe', label: 'x' },
      { text: '5" of rain', label: 'y' },
      { text: 'he said "so"', label: 'z' },
    ]);
  });

  it('hands on a row whose quoted cell ends too early with its reason, and reads the next', async () => {
    const rows = await read('csv', 'text,label\n"12" pipe",x\n"say "hi", you",x\nb,y\n');
    expect(rows.map(reasonOf)).toEqual([
      expect.stringContaining('a quote ends'),
      expect.stringContaining('a quote ends'),
      undefined,
    ]);
    expect(fieldsOf(rows[2])).toEqual({ text: 'b', label: 'y' });
  });

  it('a header alone holds no rows', async () => {
    expect(await read('csv', 'text,label\n')).toEqual([]);
  });

  it.each([
    ['text', 'txt,label', '`textField` txt'],
    ['label', 'text,intent', 'The header has: text, intent.'],
  ])('CSV_COLUMN_MISSING names the column %s, what there is, and the nearest', async (column, header, hint) => {
    const error = await errorOf(read('csv', `${header}\na,x\n`));
    expect(error.code).toBe('CSV_COLUMN_MISSING');
    expect(error.at).toEqual({ file: 'rows', line: 1, field: column });
    expect(error.hint).toContain(hint);
  });

  it('takes the columns that it is told', async () => {
    const rows = await read('csv', 'utterance,intent\na,x\n', { text: 'utterance', label: 'intent' });
    expect(fieldsOf(rows[0])).toEqual({ utterance: 'a', intent: 'x' });
  });

  it('INPUT_FORMAT for a quote that never closes, with its line', async () => {
    const error = await errorOf(read('csv', 'text,label\na,x\n"b,y\nc,x\n'));
    expect(error.code).toBe('INPUT_FORMAT');
    expect(error.at?.file).toBe('rows');
    expect(error.at?.line).toBeGreaterThanOrEqual(3);
  });

  it.runIf(process.platform === 'linux')('lets go of the file when its reader stops early', async () => {
    writeFileSync(path, `text,label\n${'a,x\n'.repeat(200_000)}`);
    const before = readdirSync('/proc/self/fd').length;
    for (let round = 0; round < 5; round++) {
      for await (const row of readRows({ path, name: 'rows', format: 'csv' }, fields)) if (row.line > 3) break;
    }
    await expect.poll(() => readdirSync('/proc/self/fd').length, { timeout: 10_000 }).toBeLessThanOrEqual(before);
  });
});

describe('rows that are nested too deep to be handled', () => {
  const deep = (levels: number) => `{"text":"a","label":${'['.repeat(levels)}${']'.repeat(levels)}}`;

  it.each(['jsonl', 'json', 'label-studio', 'argilla'] as const)(
    'are handed on with their reason: %s',
    async (format) => {
      const [row] = await read(format, deep(100_000));
      expect(reasonOf(row)).toMatch(/^the (line|element) is nested more than 64 levels deep$/);
    },
  );

  it('are those of more than 64 levels', async () => {
    const rows = await read('jsonl', `${deep(63)}\n${deep(64)}\n`);
    expect(rows.map(reasonOf)).toEqual([undefined, 'the line is nested more than 64 levels deep']);
  });

  it('INPUT_FORMAT for such YAML', async () => {
    const error = await errorOf(read('rasa', `nlu:\n- intent: a\n  examples: ${'['.repeat(100_000)}\n`));
    expect(error.code).toBe('INPUT_FORMAT');
  });
});
