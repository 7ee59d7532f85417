/** The matrix products of a blocked factorisation and its solves, each in one native call that slices its operands. */
import { type ElementType, type Graph, newGraph } from '../../core/onnx.js';
import { compile, type Floats, type NativeFunction, type NativeInput } from '../native.js';

/** A row-major matrix, or a few rows of one. */
export interface Matrix {
  readonly data: Floats;
  readonly dims: readonly [rows: number, columns: number];
}

/** Products in one precision. Each writes to `into`, which has the shape of the result and may be c itself. */
export interface FactorProducts {
  readonly makeArray: (length: number) => Floats;
  /**
   * c - A^T B. The last columns of `above` [inner, size] are B [inner, width of c]; A is the first rows-of-c columns of
   * B.
   */
  subtractAbove(above: Matrix, c: Matrix, into: Floats): Promise<void>;
  /** c - A^T b, for b [inner, columns] and A the columns of `above` [inner, size] from `left` on. */
  subtractSolved(
    above: Matrix,
    left: number,
    operands: { readonly b: Matrix; readonly c: Matrix },
    into: Floats,
  ): Promise<void>;
  /** c - R b, for R the last columns of `rows` [rows of c, size], as many as b has rows. */
  subtractBelow(rows: Matrix, operands: { readonly b: Matrix; readonly c: Matrix }, into: Floats): Promise<void>;
  /** a^T b */
  multiplyTransposed(a: Matrix, b: Matrix, into: Floats): Promise<void>;
  /** a b */
  multiply(a: Matrix, b: Matrix, into: Floats): Promise<void>;
  close(): Promise<void>;
}

export async function openFactorProducts(type: 'float32' | 'float64', threads: number): Promise<FactorProducts> {
  const compiled = (graph: Graph) => compile(graph, threads);
  const [above, solved, below] = [
    await compiled(aboveGraph(type)),
    await compiled(solvedGraph(type)),
    await compiled(belowGraph(type)),
  ];
  const [transposed, plain] = [await compiled(multiplyGraph(type, 1)), await compiled(multiplyGraph(type, 0))];
  return {
    makeArray: (length) => (type === 'float32' ? new Float32Array(length) : new Float64Array(length)),
    subtractAbove(matrix, c, into) {
      const left = matrix.dims[1] - c.dims[1];
      return write(
        above,
        { above: matrix, c, left: scalar(left), right: scalar(left + c.dims[0]) },
        { data: into, dims: c.dims },
      );
    },
    subtractSolved(matrix, left, { b, c }, into) {
      const columns = { left: scalar(left), right: scalar(left + c.dims[0]) };
      return write(solved, { above: matrix, b, c, ...columns }, { data: into, dims: c.dims });
    },
    subtractBelow: (rows, { b, c }, into) =>
      write(below, { rows, b, c, left: scalar(rows.dims[1] - b.dims[0]) }, { data: into, dims: c.dims }),
    multiplyTransposed: (a, b, into) => write(transposed, { a, b }, { data: into, dims: [a.dims[1], b.dims[1]] }),
    multiply: (a, b, into) => write(plain, { a, b }, { data: into, dims: [a.dims[0], b.dims[1]] }),
    async close() {
      for (const native of [above, solved, below, transposed, plain]) await native.close();
    },
  };
}

const scalar = (value: number): NativeInput => ({ data: Int32Array.of(value), dims: [1] });

async function write(
  native: NativeFunction,
  inputs: Readonly<Record<string, NativeInput>>,
  result: NativeInput,
): Promise<void> {
  await native.run(inputs, { result });
}

function aboveGraph(type: ElementType): Graph {
  const graph = newGraph('subtract-above');
  const [above, c] = [graph.input('above', type, ['inner', 'size']), graph.input('c', type, ['rows', 'columns'])];
  const [left, right] = [graph.input('left', 'int32', [1]), graph.input('right', 'int32', [1])];
  const [a, b] = [sliceColumns(graph, above, left, right), sliceColumns(graph, above, left, lastColumn(graph))];
  graph.output(subtract(graph, [a, b, c], 1), 'result', type, ['rows', 'columns']);
  return graph;
}

function solvedGraph(type: ElementType): Graph {
  const graph = newGraph('subtract-solved');
  const above = graph.input('above', type, ['inner', 'size']);
  const [b, c] = [graph.input('b', type, ['inner', 'columns']), graph.input('c', type, ['rows', 'columns'])];
  const a = sliceColumns(graph, above, graph.input('left', 'int32', [1]), graph.input('right', 'int32', [1]));
  graph.output(subtract(graph, [a, b, c], 1), 'result', type, ['rows', 'columns']);
  return graph;
}

function belowGraph(type: ElementType): Graph {
  const graph = newGraph('subtract-below');
  const rows = graph.input('rows', type, ['rows', 'size']);
  const [b, c] = [graph.input('b', type, ['inner', 'columns']), graph.input('c', type, ['rows', 'columns'])];
  const rest = sliceColumns(graph, rows, graph.input('left', 'int32', [1]), lastColumn(graph));
  graph.output(subtract(graph, [rest, b, c], 0), 'result', type, ['rows', 'columns']);
  return graph;
}

function multiplyGraph(type: ElementType, transposed: 0 | 1): Graph {
  const graph = newGraph('multiply');
  const [a, b] = [graph.input('a', type, ['i', 'j']), graph.input('b', type, ['k', 'n'])];
  graph.output(graph.node('Gemm', [a, b], { transA: transposed }), 'result', type, ['m', 'n']);
  return graph;
}

/** c - a^T b, or c - a b. */
function subtract(graph: Graph, [a, b, c]: readonly [string, string, string], transposed: 0 | 1): string {
  return graph.node('Gemm', [a, b, c], { transA: transposed, alpha: { float: -1 } });
}

function sliceColumns(graph: Graph, matrix: string, left: string, right: string): string {
  return graph.node('Slice', [
    matrix,
    left,
    right,
    graph.constant({ type: 'int32', dims: [1], data: Int32Array.of(1) }),
  ]);
}

/** An end beyond the last column: Slice accepts any. */
function lastColumn(graph: Graph): string {
  return graph.constant({ type: 'int32', dims: [1], data: Int32Array.of(2 ** 31 - 1) });
}
