/** Runs small ONNX graphs in ONNX Runtime: all heavy arithmetic of training. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { elementTypeOf, type Graph } from '../core/onnx.js';

export interface NativeFunction {
  /**
   * Runs the graph. Inputs are typed arrays with their dims; outputs are returned as typed arrays by name, written to
   * `outputs` where given.
   */
  run(inputs: NativeInputs, outputs?: NativeInputs): Promise<Record<string, NativeArray>>;
  close(): Promise<void>;
}

export type NativeArray = Float32Array | Float64Array | Int32Array | Uint8Array | Int8Array;

export type NativeInputs = Readonly<Record<string, NativeInput>>;

export interface NativeInput {
  readonly data: NativeArray;
  readonly dims: readonly number[];
}

/** One intra-op thread was fastest for small heads, and idle threads must not spin on a shared machine. */
export async function compile(graph: Graph, threads: number): Promise<NativeFunction> {
  const session = await InferenceSession.create(graph.encode(), sessionOptions(threads));
  return {
    async run(inputs, outputs) {
      const results = await (outputs
        ? session.run(tensorsOf(inputs), tensorsOf(outputs))
        : session.run(tensorsOf(inputs)));
      return Object.fromEntries(Object.entries(results).map(([name, result]) => [name, result.data as NativeArray]));
    },
    close: () => session.release(),
  };
}

/**
 * Options of `InferenceSession.create`. The type is spelled out because onnxruntime's own declarations compile only if
 * those of a browser are present too.
 */
export interface SessionOptions {
  readonly executionProviders: readonly ['cpu'];
  readonly intraOpNumThreads: number;
  readonly interOpNumThreads: number;
  readonly executionMode: 'sequential';
  readonly logSeverityLevel: 3;
  readonly extra: Record<string, unknown>;
}

export function sessionOptions(threads: number): SessionOptions {
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

function tensorsOf(inputs: NativeInputs): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, tensorOf(input)]));
}

function tensorOf({ data, dims }: NativeInput): Tensor {
  return new Tensor(elementTypeOf(data), data, dims);
}
