/** Parquet as data sets are published in: class labels, large integers, compression. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ColumnSource } from 'hyparquet-writer';
import { expect, it } from 'vitest';
import { openInputs } from '#espalier/reading/open-input.js';
import { readRows } from '#espalier/reading/rows.js';
import { errorOf } from '../support/errors.js';
import { type ParquetContent, parquetOf } from '../support/parquet.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();

async function read(content: ParquetContent, columns: Record<string, string> = { text: 'text', label: 'label' }) {
  const path = join(folder, 'train.parquet');
  writeFileSync(path, parquetOf(content));
  const { files } = await openInputs([{ path, name: 'train.parquet' }], Readable.from([]), {
    columns: [],
    encoding: 'windows-1252',
  });
  const rows: unknown[] = [];
  for await (const { content } of readRows(files[0]!, columns))
    rows.push('fields' in content ? content.fields : content.unreadable);
  return rows;
}

const text: ColumnSource = { name: 'text', data: ['a', 'b', 'c', 'd'], type: 'STRING' };
const labels = (...data: bigint[]) => ({ name: 'label', data, type: 'INT64' }) as const;

it('integers of a class label become its names; what is no class is rejected, and a missing label stays', async () => {
  const features = { label: { names: ['refund', 'late'], _type: 'ClassLabel' }, text: { _type: 'Value' } };
  expect(await read({ columns: [text, labels(1n, 0n, -1n, 7n)], features })).toEqual([
    { text: 'a', label: 'late' },
    { text: 'b', label: 'refund' },
    { text: 'c', label: -1 },
    'the column `label` holds the class 7; the file names 2',
  ]);
});

it('lists of class labels become lists of names', async () => {
  const feature = { feature: { names: ['x', 'y'], _type: 'ClassLabel' }, _type: 'Sequence' };
  const list: ColumnSource = { name: 'label', data: [[0, 1], [1], [], [0]], type: 'JSON' };
  expect(await read({ columns: [text, list], features: { label: feature } })).toEqual([
    { text: 'a', label: ['x', 'y'] },
    { text: 'b', label: ['y'] },
    { text: 'c', label: [] },
    { text: 'd', label: ['x'] },
  ]);
});

it('integers of 64 bits and times are what JSON would hold', async () => {
  const at = { name: 'at', data: Array(4).fill(new Date('2026-11-24T12:00:00Z')), type: 'TIMESTAMP' } as const;
  const [row] = await read({ columns: [text, labels(3n, 3n, 3n, 2n ** 60n), at] });
  expect(row).toEqual({ text: 'a', label: 3, at: '2026-11-24T12:00:00.000Z' });
});

it.each(['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'BROTLI'] as const)(
  'row groups are read one after the other: %s',
  async (codec) => {
    const rows = await read({ columns: [text, labels(1n, 2n, 3n, 4n)], rowGroupSize: 2, codec });
    expect(rows).toHaveLength(4);
    expect(rows[3]).toEqual({ text: 'd', label: 4 });
  },
);

it('a column that is not there is named, with those that are', async () => {
  const error = await errorOf(read({ columns: [text, labels(1n, 2n, 3n, 4n)] }, { text: 'txt' }));
  expect(error).toMatchObject({ code: 'CSV_COLUMN_MISSING', choices: ['text', 'label'] });
  expect(error.message).toBe('train.parquet has no column `txt`');
});
