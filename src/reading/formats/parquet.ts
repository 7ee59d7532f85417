/**
 * Parquet, one row group at a time. Integers of a `ClassLabel` of Hugging Face data sets become the names that the
 * file's metadata holds.
 */
import { type FileHandle, open } from 'node:fs/promises';
import type { AsyncBuffer, FileMetaData } from 'hyparquet';
import { EspalierError, messageOf } from '../../core/errors.js';
import { diskError } from '../../core/files.js';
import { type ClassLabels, classLabelsOf, nameClasses } from '../class-labels.js';
import { requireColumns } from '../csv-rows.js';
import type { InputFormat, ReadRequest } from '../format.js';
import type { InputFile } from '../input-file.js';
import { isTooDeep, mostLevels } from '../json-object.js';
import type { Row } from '../row.js';

export const parquet: InputFormat = {
  name: 'parquet',
  isText: false,
  // The header of a page follows the magic number; no CSV has its control characters in the header.
  recognises: (beginning) => beginning.startsWith('PAR1') && [...beginning.slice(4, 16)].some((one) => one < '\t'),
  read: readGroups,
};

async function* readGroups({ path, name }: InputFile, request: ReadRequest): AsyncIterable<Row> {
  const { parquetMetadataAsync, parquetReadObjects, parquetSchema } = await import('hyparquet');
  const { compressors } = await import('hyparquet-compressors');
  const handle = await openFile(path);
  try {
    const { size } = await handle.stat();
    const file = bufferOf(handle, size);
    const metadata = await parsed(name, 1, () => parquetMetadataAsync(file));
    requireColumns(
      parquetSchema(metadata).children.map(({ element }) => element.name),
      request,
      { file: name },
    );
    const classes = classLabelsOf(huggingFaceOf(metadata));
    const bytes = size / Math.max(1, Number(metadata.num_rows));
    let line = 0;
    for (const group of metadata.row_groups) {
      const [rowStart, rowEnd] = [line, line + Number(group.num_rows)];
      const read = () => parquetReadObjects({ file, metadata, rowStart, rowEnd, compressors });
      for (const found of await parsed(name, rowStart + 1, read)) {
        line++;
        yield { file: name, line, element: line, bytes, ...readFields(found, classes) };
      }
    }
  } finally {
    await handle.close();
  }
}

function readFields(found: Readonly<Record<string, unknown>>, classes: ClassLabels): Pick<Row, 'raw' | 'content'> {
  const unreadable = `the row is nested more than ${mostLevels} levels deep`;
  if (isTooDeep(found)) return { raw: '', content: { unreadable } };
  const fields = plainOf(found) as Record<string, unknown>;
  return { raw: JSON.stringify(fields).slice(0, 4096), content: nameClasses(fields, classes) };
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path);
  } catch (thrown) {
    throw diskError(thrown, path);
  }
}

function bufferOf(handle: FileHandle, byteLength: number): AsyncBuffer {
  return {
    byteLength,
    slice: async (start, end = byteLength) => {
      const bytes = new Uint8Array(end - start);
      await handle.read(bytes, 0, bytes.length, start);
      return bytes.buffer;
    },
  };
}

/** @throws INPUT_FORMAT where the file does not hold what its format says */
async function parsed<T>(file: string, line: number, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw new EspalierError('INPUT_FORMAT', `${file} is not well-formed Parquet: ${messageOf(cause)}`, {
      at: { file, line },
      hint: 'The file may have been cut off or changed: bring it again. Nothing was stored.',
      cause,
    });
  }
}

function huggingFaceOf({ key_value_metadata: entries = [] }: FileMetaData): string | undefined {
  return entries.find(({ key }) => key === 'huggingface')?.value;
}

/** As JSON has it: integers of 64 bits as numbers where these are exact, times in ISO 8601. */
function plainOf(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(plainOf);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainOf(inner)]));
}
