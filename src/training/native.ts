/** Runs small ONNX graphs in ONNX Runtime: all heavy arithmetic of training. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type ElementType, type Graph, newGraph } from '../core/onnx.js';

export interface NativeFunction {
  /** Runs the graph; inputs are typed arrays with their dims, outputs come back as typed arrays by name. */
  run(inputs: Readonly<Record<string, NativeInput>>): Promise<Record<string, NativeArray>>;
  close(): Promise<void>;
}

export type NativeArray = Float32Array | Float64Array | Int32Array;

export interface NativeInput {
  readonly data: NativeArray;
  readonly dims: readonly number[];
}

/** One intra-op thread was fastest for small heads, and idle threads must not spin on a shared machine (see ARCHITECTURE.md, Decisions). */
export async function compile(graph: Graph, threads: number): Promise<NativeFunction> {
  const session = await InferenceSession.create(graph.encode(), sessionOptions(threads));
  return {
    async run(inputs) {
      const feeds = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, tensorOf(input)]));
      const results = await session.run(feeds);
      return Object.fromEntries(Object.entries(results).map(([name, result]) => [name, result.data as NativeArray]));
    },
    close: () => session.release(),
  };
}

export function sessionOptions(threads: number): InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
}

export type Floats = Float32Array | Float64Array;

export interface ProductSizes {
  readonly inner: number;
  readonly rows: number;
  readonly columns: number;
}

/** For a [inner, rows], b [inner, columns] and c [rows, columns], row-major. */
export interface Products {
  /** c - a^T b */
  subtract(a: Floats, b: Floats, c: Floats, sizes: ProductSizes): Promise<Floats>;
  /** a^T b */
  multiply(a: Floats, b: Floats, sizes: ProductSizes): Promise<Floats>;
  close(): Promise<void>;
}

/** Matrix products in one precision; operands of any size. */
export async function openProducts(type: 'float32' | 'float64', threads: number): Promise<Products> {
  const subtract = await compile(subtractGraph(type), threads);
  const multiply = await compile(multiplyGraph(type), threads);
  const operands = (a: Floats, b: Floats, { inner, rows, columns }: ProductSizes) => ({
    a: { data: a, dims: [inner, rows] },
    b: { data: b, dims: [inner, columns] },
  });
  return {
    async subtract(a, b, c, sizes) {
      const inputs = { ...operands(a, b, sizes), c: { data: c, dims: [sizes.rows, sizes.columns] } };
      return (await subtract.run(inputs)).result as Floats;
    },
    multiply: async (a, b, sizes) => (await multiply.run(operands(a, b, sizes))).result as Floats,
    async close() {
      await subtract.close();
      await multiply.close();
    },
  };
}

function subtractGraph(type: ElementType): Graph {
  const graph = newGraph('subtract');
  const [a, b, c] = [graph.input('a', type, ['k', 'm']), graph.input('b', type, ['k', 'n']), graph.input('c', type, ['m', 'n'])];
  graph.output(graph.node('Gemm', [a, b, c], { transA: 1, alpha: { float: -1 } }), 'result', type, ['m', 'n']);
  return graph;
}

function multiplyGraph(type: ElementType): Graph {
  const graph = newGraph('multiply');
  const [a, b] = [graph.input('a', type, ['k', 'm']), graph.input('b', type, ['k', 'n'])];
  graph.output(graph.node('Gemm', [a, b], { transA: 1 }), 'result', type, ['m', 'n']);
  return graph;
}

function tensorOf({ data, dims }: NativeInput): Tensor {
  if (data instanceof Float32Array) return new Tensor('float32', data, dims);
  if (data instanceof Float64Array) return new Tensor('float64', data, dims);
  return new Tensor('int32', data, dims);
}
