/** What every input format keeps to. A new format needs a sample in `support/input-files.ts`. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { checkInput } from '#espalier/reading/check-input.js';
import { formatNamed, inputFormats } from '#espalier/reading/formats.js';
import { openInputs } from '#espalier/reading/open-input.js';
import type { Row } from '#espalier/reading/row.js';
import { readRows } from '#espalier/reading/rows.js';
import { errorOf } from '../support/errors.js';
import { formatSamples } from '../support/input-files.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const columns = { text: 'text', label: 'label' };
const rows = [
  { text: 'where is my parcel', label: 'late' },
  { text: 'Gr\u00fc\u00dfe, \u{1f44b}', label: 'hello' },
  { text: 'money back', label: 'refund' },
];
const many = Array.from({ length: 30_000 }, (_, index) => ({ text: `text ${index} ${'x'.repeat(60)}`, label: 'x' }));

async function open(name: string, content: string | Buffer, format?: string) {
  const path = join(folder, name);
  writeFileSync(path, content);
  const inputs = await openInputs([{ path, name }], Readable.from([]), { columns: ['text', 'label'], format });
  return inputs.files[0]!;
}

async function all(reading: AsyncIterable<Row>): Promise<Row[]> {
  const found: Row[] = [];
  for await (const row of reading) found.push(row);
  return found;
}

const openFiles = () => readdirSync('/proc/self/fd').length;

describe.each(inputFormats)('the format $name', ({ name, isText }) => {
  const sample = formatSamples[name];

  it('is recognised by its content, under another name, and by no other format before it', async () => {
    expect(await open(sample.otherName, sample.content(rows))).toMatchObject({ format: name });
  });

  it('can be said', async () => {
    expect(await open('said', sample.content(rows), name)).toMatchObject({ format: name });
  });

  it('gives every row with its fields, its place and as it stood', async () => {
    const file = await open(sample.otherName, sample.content(rows));
    const read = await all(readRows(file, columns));
    const fields = read.map(({ content }) => ('fields' in content ? content.fields : content));
    expect(fields.map(({ text }: Record<string, unknown>) => text)).toEqual(rows.map(({ text }) => text));
    expect(fields.map(({ label }: Record<string, unknown>) => [label].flat())).toEqual(
      rows.map(({ label }) => [label]),
    );
    for (const [index, row] of read.entries()) {
      expect(row.file).toBe(sample.otherName);
      expect(row.line).toBeGreaterThanOrEqual(1);
      expect(row.raw).toContain(rows[index]!.text);
      expect(row.bytes).toBeGreaterThan(0);
    }
    const places = read.map(({ line, element }) => line * 1000 + (element ?? 0));
    expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
  });

  it('is as large as its file, so that progress can be told', async () => {
    const content = sample.content(rows);
    const { bytes } = await checkInput(await open(sample.otherName, content));
    expect(bytes).toBe(Buffer.byteLength(content));
    expect(isText).toBe(typeof content === 'string');
  });

  it.runIf(sample.cut)('is refused with a typed error that names file and place where its end is damaged', async () => {
    const file = await open(sample.otherName, sample.cut!(sample.content(rows)), name);
    const error = await errorOf(all(readRows(file, columns)));
    expect(error.code).toBe('INPUT_FORMAT');
    expect(error.at?.file).toBe(sample.otherName);
    expect(error.at?.line).toBeGreaterThanOrEqual(1);
  });

  it.runIf(sample.streams && sample.cut && isText)('hands on its first rows before it reads the last', async () => {
    const file = await open(sample.otherName, sample.cut!(sample.content(many)), name);
    let seen = 0;
    await errorOf(
      (async () => {
        for await (const _ of readRows(file, columns)) seen++;
      })(),
    );
    expect(seen).toBeGreaterThan(1000);
  });

  it.runIf(sample.streams)('is read in constant memory', async () => {
    const file = await open(sample.otherName, sample.content([...many, ...many, ...many, ...many]), name);
    const held = () => process.memoryUsage().arrayBuffers;
    const before = held();
    let [most, count] = [0, 0];
    for await (const _ of readRows(file, columns)) if (++count % 500 === 0) most = Math.max(most, held() - before);
    expect(count).toBe(4 * many.length);
    expect(most).toBeLessThan(8 << 20);
  });

  it.runIf(process.platform === 'linux')('closes its file, also when its reader stops early', async () => {
    const file = await open(sample.otherName, sample.content(many.slice(0, 2000)), name);
    const before = openFiles();
    for (let round = 0; round < 5; round++) for await (const row of readRows(file, columns)) if (row.line > 3) break;
    await expect.poll(openFiles, { timeout: 10_000 }).toBeLessThanOrEqual(before);
  });
});

it('a format that is not there is refused with all that are', async () => {
  const error = await errorOf((async () => formatNamed('xlsx'))());
  expect(error).toMatchObject({ code: 'USAGE', parameters: ['format'] });
  expect(error.message).toBe('`format` is parquet, label-studio, argilla, rasa, json, jsonl or csv, not xlsx');
});
