/** Parquet files as Hugging Face data sets write them. */
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';

export interface ParquetContent {
  readonly columns: readonly ColumnSource[];
  readonly rowGroupSize?: number;
  readonly codec?: 'UNCOMPRESSED' | 'SNAPPY' | 'GZIP' | 'BROTLI';
  /** Column -> what `datasets` says of it, such as a ClassLabel. */
  readonly features?: Readonly<Record<string, unknown>>;
}

export function parquetOf({ columns, rowGroupSize = 1000, codec = 'SNAPPY', features }: ParquetContent): Buffer {
  const value = JSON.stringify({ info: { features } });
  const kvMetadata = features ? [{ key: 'huggingface', value }] : [];
  // Snappy is the writer's own.
  const compressors = { GZIP: gzipSync, BROTLI: brotliCompressSync };
  return Buffer.from(parquetWriteBuffer({ columnData: [...columns], rowGroupSize, codec, compressors, kvMetadata }));
}
