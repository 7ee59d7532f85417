/** Pooling of real models, loaded as any other, whose token vectors are known. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { int64 } from '#espalier/core/onnx.js';
import { type Pooling, type PoolingKind, waysToPool } from '#espalier/declaration/recipe.js';
import type { EncoderDeclaration } from '#espalier/encoder/declaration.js';
import { openEncoder } from '#espalier/encoder/encoder.js';
import {
  dimension,
  lookUp,
  positionedTable,
  positionTable,
  type SmallModel,
  table,
  textInputs,
  writeSmallModel,
} from './small-model.js';
import { temporaryFolder } from './temporary-folder.js';

// Of different lengths, so that all but the longest are padded when they share a batch.
const texts = ['red', 'green blue', 'blue red green', 'red blue'];
const root = temporaryFolder();
let folders = 0;

async function encodeWith(model: SmallModel, declaration: Partial<EncoderDeclaration>): Promise<number[][]> {
  const folder = await writeSmallModel(join(root, `${folders++}`), model);
  const encoder = await openEncoder(
    { model: folder, pooling: ['mean'], prompt: '', dtype: 'fp32', normalise: false, ...declaration },
    { cacheFolder: root },
  );
  const vectors = await encoder.encode(texts);
  await encoder.close();
  return texts.map((_, row) => [...vectors.subarray(row * encoder.dimension, (row + 1) * encoder.dimension)]);
}

const rowsOf = (text: string) => text.split(' ').map((word) => table[word]!);
const sum = (rows: readonly (readonly number[])[]) =>
  Array.from({ length: dimension }, (_, i) => rows.reduce((total, row) => total + row[i]!, 0));
const scaled = (row: readonly number[], factor: number) => row.map((value) => value * factor);
const lengthOf = (row: readonly number[]) => Math.hypot(...row);

const expected: Record<PoolingKind, (rows: readonly (readonly number[])[]) => readonly number[]> = {
  mean: (rows) => scaled(sum(rows), 1 / rows.length),
  max: (rows) => rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!))),
  sqrt: (rows) => scaled(sum(rows), 1 / Math.sqrt(rows.length)),
  cls: (rows) => rows[0]!,
  last: (rows) => rows.at(-1)!,
};

function expectRows(actual: readonly (readonly number[])[], wanted: readonly (readonly number[])[]): void {
  expect(actual.length).toBe(wanted.length);
  for (const [row, vector] of actual.entries()) {
    expect(vector.length).toBe(wanted[row]!.length);
    for (const [i, value] of vector.entries()) expect(value).toBeCloseTo(wanted[row]![i]!, 5);
  }
}

describe.each(['left', 'right'] as const)('padding on the %s', (paddingSide) => {
  it.each(waysToPool)('%s reads real tokens only', async (pooling) => {
    expectRows(await encodeWith({ paddingSide }, { pooling: [pooling] }), texts.map(rowsOf).map(expected[pooling]));
  });

  it.each(waysToPool)('%s: positions count from the first real token', async (pooling) => {
    const positioned = texts.map((text) =>
      rowsOf(text).map((row, position) => row.map((value, i) => value + positionTable[position]![i]!)),
    );
    expectRows(
      await encodeWith({ paddingSide, graph: positionedTable }, { pooling: [pooling] }),
      positioned.map(expected[pooling]),
    );
  });

  it('special tokens are tokens: cls is [CLS] and last is [SEP]', async () => {
    const wanted = texts.map(() => [...table['[CLS]']!, ...table['[SEP]']!]);
    expectRows(await encodeWith({ paddingSide, specialTokens: true }, { pooling: ['cls', 'last'] }), wanted);
  });

  it('truncation keeps the closing special token', async () => {
    const vectors = await encodeWith(
      { paddingSide, specialTokens: true, maximumLength: 3 },
      { pooling: ['mean', 'last'] },
    );
    const wanted = texts.map((text) => [
      ...expected.mean([table['[CLS]']!, rowsOf(text)[0]!, table['[SEP]']!]),
      ...table['[SEP]']!,
    ]);
    expectRows(vectors, wanted);
  });
});

describe('several poolings', () => {
  const both: readonly Pooling[] = ['cls', 'last'];

  it('are put one behind the other, as they are when not normalised', async () => {
    expectRows(
      await encodeWith({}, { pooling: both }),
      texts.map((text) => [...rowsOf(text)[0]!, ...rowsOf(text).at(-1)!]),
    );
  });

  it('weigh the same when normalised, and the whole has length 1', async () => {
    const vectors = await encodeWith({}, { pooling: both, normalise: true });
    const unit = (row: readonly number[]) => scaled(row, 1 / lengthOf(row) / Math.SQRT2);
    expectRows(
      vectors,
      texts.map((text) => [...unit(rowsOf(text)[0]!), ...unit(rowsOf(text).at(-1)!)]),
    );
    for (const vector of vectors) expect(lengthOf(vector)).toBeCloseTo(1, 6);
  });
});

describe('max', () => {
  it('of vectors that are all below zero is below zero', async () => {
    const rows = { ...table, red: [-3, -4, -5], green: [-1, -6, -5], blue: [-2, -7, -1] };
    const vectors = await encodeWith({ table: rows }, { pooling: ['max'] });
    expect(vectors).toEqual([rows.red, [-1, -6, -1], [-1, -4, -1], [-2, -4, -1]]);
  });
});

describe('another output of token vectors', () => {
  const doubled: SmallModel['graph'] = (small) => {
    const hidden = lookUp(small, textInputs(small));
    small.output(hidden, 'last_hidden_state', 'float32', ['batch', 'tokens', dimension]);
    small.output(small.node('Add', [hidden, hidden]), 'doubled', 'float32', ['batch', 'tokens', dimension]);
  };

  it.each(waysToPool)('%s:NAME pools it as it pools the last one', async (way) => {
    const wanted = texts.map((text) => expected[way](rowsOf(text))).map((row) => [...row, ...scaled(row, 2)]);
    expectRows(await encodeWith({ graph: doubled }, { pooling: [way, `${way}:doubled`] }), wanted);
  });
});

describe('a named output', () => {
  it('is read as it is', async () => {
    const graph: SmallModel['graph'] = (small) => {
      const largest = small.node('ReduceMax', [lookUp(small, textInputs(small))], { axes: [2], keepdims: 0 });
      // [batch, tokens] -> the first two tokens' largest elements; the texts are padded to at least two by the longest
      // of them.
      const first = small.node('Slice', [
        largest,
        small.constant(int64([0])),
        small.constant(int64([1])),
        small.constant(int64([1])),
      ]);
      small.output(first, 'largest', 'float32', ['batch', 1]);
    };
    expect(await encodeWith({ graph }, { pooling: ['output:largest'] })).toEqual([[4], [12], [8], [4]]);
  });
});

describe('the prompt', () => {
  it('stands before each text', async () => {
    expectRows(
      await encodeWith({}, { pooling: ['cls', 'last'], prompt: 'green ' }),
      texts.map((text) => [...table.green!, ...rowsOf(text).at(-1)!]),
    );
  });
});

describe('a model of a reduced dtype', () => {
  it('is found under its name, and beside config.json as well', async () => {
    const wanted = texts.map(rowsOf).map(expected.mean);
    expectRows(await encodeWith({ file: 'onnx/model_quantized.onnx' }, { dtype: 'q8' }), wanted);
    expectRows(await encodeWith({ file: 'model_int8.onnx' }, { dtype: 'int8' }), wanted);
  });

  it('that measures its activations over the batch still gives a text one vector, in any company', async () => {
    const graph: SmallModel['graph'] = (small, rows) => {
      const [quantised, scale, zero] = small.nodes(
        'DynamicQuantizeLinear',
        [lookUp(small, textInputs(small), rows)],
        3,
      );
      const hidden = small.node('DequantizeLinear', [quantised!, scale!, zero!]);
      small.output(hidden, 'last_hidden_state', 'float32', ['batch', 'tokens', dimension]);
    };
    const file = 'onnx/model_int8.onnx';
    const together = await encodeWith({ graph, file }, { dtype: 'int8' });
    const folder = await writeSmallModel(join(root, 'alone'), { graph, file });
    const encoder = await openEncoder(
      { model: folder, pooling: ['mean'], prompt: '', dtype: 'int8', normalise: false },
      { cacheFolder: root },
    );
    for (const [i, text] of texts.entries()) expect([...(await encoder.encode([text]))]).toEqual(together[i]);
    await encoder.close();
  });

  it('may give 16-bit floats', async () => {
    const graph: SmallModel['graph'] = (small, rows) => {
      const half = small.node('Cast', [lookUp(small, textInputs(small), rows)], { to: 10 });
      small.output(half, 'last_hidden_state', 'float16', ['batch', 'tokens', dimension]);
    };
    const rows = { ...table, red: [-0.5, 6e-8, 65504], green: [1 / 3, -2, 0], blue: [1, 2, 3] };
    const vectors = await encodeWith(
      { graph, table: rows, file: 'onnx/model_fp16.onnx' },
      { dtype: 'fp16', pooling: ['last'] },
    );
    expect(vectors[0]).toEqual([-0.5, 2 ** -24, 65504]);
    expect(vectors[2]![0]).toBeCloseTo(1 / 3, 3);
    expect(vectors[1]).toEqual([1, 2, 3]);
  });
});
