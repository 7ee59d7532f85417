/** Which format, delimiter and encoding an input has, and what of it is spooled. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type InputOptions, openInputs } from '#espalier/reading/open-input.js';
import { readRows } from '#espalier/reading/rows.js';
import { markOfDead } from '../support/dead-process.js';
import { errorOf } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const fields = { text: 'text', label: 'label' };
const columns = Object.values(fields);

function write(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** The format, and text and label of each row. */
async function read(path: string, options: Partial<InputOptions> = {}, stdin = Readable.from([])) {
  const inputs = await openInputs([{ path, name: basename(path) }], stdin, { columns, ...options });
  try {
    const rows: unknown[] = [];
    for await (const { content } of readRows(inputs.files[0]!, fields)) {
      rows.push('fields' in content ? [content.fields.text, content.fields.label] : content.unreadable);
    }
    return { format: inputs.files[0]!.format, rows };
  } finally {
    await inputs.close();
  }
}

const spools = () =>
  readdirSync(tmpdir()).filter((name) => name.endsWith('.input') && name.includes(`-${process.pid}-`));

describe('the delimiter of CSV', () => {
  it.each([[','], [';'], ['\t'], ['|']])('%j is recognised by the header, quoted or not', async (delimiter) => {
    const rows = [
      ['text', 'label'],
      ['a, b; c', 'x'],
    ].map((row) => row.map((cell) => `"${cell}"`).join(delimiter));
    const plain = `text${delimiter}label\na b c${delimiter}x\n`;
    expect((await read(write('quoted.csv', `\ufeff${rows.join('\r\n')}\r\n`))).rows).toEqual([['a, b; c', 'x']]);
    expect((await read(write('plain', plain))).rows).toEqual([['a b c', 'x']]);
  });

  it('is the one that finds the wanted columns, whatever else the header holds', async () => {
    expect((await read(write('mixed.csv', 'id,note,more;text;label\n1;hello, you;x\n'))).rows).toEqual([
      ['hello, you', 'x'],
    ]);
  });

  it('may be said, and Excel may say it', async () => {
    expect((await read(write('said', 'text|label\na,b|x\n'), { delimiter: 'bar', columns: [] })).rows).toEqual([
      ['a,b', 'x'],
    ]);
    expect((await read(write('sep.csv', '\ufeffsep=;\r\ntext;label\r\na;x\r\n'))).rows).toEqual([['a', 'x']]);
    expect((await errorOf(read(write('odd.csv', 'a\n'), { delimiter: 'colon' }))).code).toBe('USAGE');
  });
});

describe('the encoding', () => {
  const text = 'text,label\nGr\u00fc\u00dfe \u201chier\u201d \u20ac,x\n';
  const rows = [['Gr\u00fc\u00dfe \u201chier\u201d \u20ac', 'x']];
  const utf16be = () => Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
  const windows = () =>
    Buffer.from(text.replace('\u201c', '\u0093').replace('\u201d', '\u0094').replace('\u20ac', '\u0080'), 'latin1');

  it.each([
    ['UTF-8 with a mark', () => Buffer.from(`\ufeff${text}`)],
    ['UTF-16 LE', () => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16 BE', utf16be],
  ])('%s is recognised by the byte order mark', async (_what, content) => {
    expect((await read(write('marked.csv', content()))).rows).toEqual(rows);
    expect(spools()).toEqual([]);
  });

  it.each(['windows-1252', 'cp1252'])('%s can be said', async (encoding) => {
    expect((await read(write('windows.csv', windows()), { encoding })).rows).toEqual(rows);
  });

  it('that is not known, or is not the one, is told', async () => {
    expect((await errorOf(read(write('a.csv', text), { encoding: 'klingon' }))).code).toBe('USAGE');
    const error = await errorOf(read(write('odd.csv', Buffer.from([0x80, 0x81, 0x82])), { encoding: 'shift_jis' }));
    expect(error).toMatchObject({ code: 'INPUT_ENCODING', message: expect.stringContaining('shift_jis') });
  });
});

describe('the shape of JSON', () => {
  const objects = [
    { text: 'a ]}"\\" [', label: 'x' },
    { text: 'b', label: 'y' },
  ];
  const rows = objects.map(({ text, label }) => [text, label]);

  it.each([
    ['an array with one object a line', `[\n${objects.map((one) => JSON.stringify(one)).join(',\n')}\n]`, 'json'],
    ['an array in one line', JSON.stringify(objects), 'json'],
    ['an array over many lines', JSON.stringify(objects, null, 2), 'json'],
    ['an array whose first line has an object', `[${objects.map((one) => JSON.stringify(one)).join(',\n')}]`, 'json'],
    ['objects over several lines', objects.map((one) => JSON.stringify(one, null, 2)).join('\n'), 'json'],
    ['one object a line', objects.map((one) => JSON.stringify(one)).join('\n'), 'jsonl'],
    ['lines with a comma at their end', objects.map((one) => `${JSON.stringify(one)},`).join('\n'), 'jsonl'],
  ])('is recognised: %s', async (_what, content, format) => {
    for (const name of ['rows.json', 'rows.jsonl', 'rows'])
      expect(await read(write(name, `\ufeff${content}`))).toEqual({ format, rows });
    expect(await read(write('said', content), { format: 'jsonl' })).toEqual({ format, rows });
  });

  it('a broken first line does not turn lines into a whole', async () => {
    const { format, rows } = await read(write('rows.jsonl', '{"text": "a"\n{"text":"b","label":"y"}\n'));
    expect([format, rows]).toEqual(['jsonl', [expect.stringContaining('not JSON'), ['b', 'y']]]);
  });

  it('elements that are no objects are rejected one by one', async () => {
    const { rows } = await read(write('rows.json', '[{"text":"a","label":"x"}, 7, null,\n ["b"], "c", {"text": bad}]'));
    expect(rows.slice(1)).toEqual([
      'the element is not a JSON object',
      'the element is not a JSON object',
      'the element is not a JSON object, but an array',
      'the element is not a JSON object',
      expect.stringContaining('the element is not JSON'),
    ]);
    expect(rows[0]).toEqual(['a', 'x']);
  });

  it.each([
    ['[{"text":"a"},\n{"text":"b"', 2],
    ['[{"text":"a"}', 1],
    ['[\n{"text":"a"}]\n]', 3],
    ['[{"text":"a\n', 2],
  ])('an array that does not hold together is refused whole: %j', async (content, line) => {
    expect(await errorOf(read(write('cut.json', content)))).toMatchObject({ code: 'INPUT_FORMAT', at: { line } });
  });

  it('an array is read in slices: elements lie across the chunks, and one that is too long is rejected', async () => {
    const many = Array.from({ length: 5000 }, (_, index) => ({
      text: `${index} ${'\u00e9\u{1f44b}'.repeat(index % 20)}`,
      label: 'x',
    }));
    const long = { text: 'a'.repeat(400_000), label: 'x' };
    const { rows } = await read(
      write('many.json', JSON.stringify([...many, long, { text: 'last', label: 'y' }], null, 1)),
    );
    expect(rows.slice(0, -2)).toEqual(many.map(({ text }) => [text, 'x']));
    expect(rows.slice(-2)).toEqual([expect.stringMatching(/the element has 4\d{5} bytes; at most/), ['last', 'y']]);
  });
});

describe('an input that can be read only once', () => {
  const content = '{"text":"a","label":"x"}\n';
  const expected = { format: 'jsonl', rows: [['a', 'x']] };

  it.each([undefined, 'jsonl'])('standard input, with --format %s', async (format) => {
    expect(await read('-', { format }, Readable.from([content.slice(0, 9), content.slice(9)]))).toEqual(expected);
    expect(spools()).toEqual([]);
  });

  it.runIf(process.platform === 'linux').each([undefined, 'jsonl'])(
    'a named pipe, with --format %s',
    async (format) => {
      const pipe = join(folder, `pipe-${format}`);
      execFileSync('mkfifo', [pipe]);
      const reading = read(pipe, { format });
      // Opening a pipe waits for its other end, which this process must be free to open.
      spawn('sh', ['-c', `printf '%s' '${content}' > '${pipe}'`]);
      expect(await reading).toEqual(expected);
    },
  );
});

describe('what no format recognises', () => {
  it.each([
    ['train.txt', '__label__refund money back\n', /format of fastText/, /sed -E/],
    ['stories.yml', 'version: "3.1"\nstories:\n- story: a\n', /YAML without/, /the file with `nlu:`/],
    ['feed', '<?xml version="1.0"?>\n<a/>', /XML/, /Export it/],
    ['notes.txt', 'a line of text\nanother\n', /plain text/, /"label"/],
  ])('is named: %s', async (name, content, what, hint) => {
    const error = await errorOf(read(write(name, content)));
    expect([error.code, error.message, error.hint]).toEqual([
      'INPUT_FORMAT',
      expect.stringMatching(what),
      expect.stringMatching(hint),
    ]);
  });

  it.each([
    ['gzip', [0x1f, 0x8b, 8, 0], /gunzip -c/],
    ['an Excel workbook', [0x50, 0x4b, 3, 4], /CSV UTF-8/],
  ])('is named: %s', async (_what, bytes, hint) => {
    const error = await errorOf(read(write('packed', Buffer.from(bytes))));
    expect([error.code, error.hint]).toEqual(['INPUT_BINARY', expect.stringMatching(hint)]);
  });

  it('a folder, and a file that is not there', async () => {
    mkdirSync(join(folder, 'inner'));
    expect(await errorOf(read(join(folder, 'inner')))).toMatchObject({
      code: 'FILE_UNREADABLE',
      hint: expect.stringContaining('*.jsonl'),
    });
    expect((await errorOf(read(join(folder, 'none')))).code).toBe('FILE_NOT_FOUND');
  });
});

it('what a killed process spooled is removed when the next one reads an input', async () => {
  const spool = join(tmpdir(), `espalier-input.${markOfDead()}.0011aabb.part`);
  writeFileSync(spool, 'texts of users');
  await read(write('one.jsonl', '{"text": "a", "label": "b"}\n'));
  expect(existsSync(spool)).toBe(false);
});
