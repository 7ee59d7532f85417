/** Joins ONNX models into one graph, the second after the first. */
import onnxProto from 'onnx-proto';
import { appendAll } from './sequences.js';

const { onnx } = onnxProto;

export type OnnxModel = ReturnType<typeof onnx.ModelProto.decode>;
type GraphProto = NonNullable<OnnxModel['graph']>;

export const decodeModel = (bytes: Uint8Array): OnnxModel => onnx.ModelProto.decode(bytes);
export const encodeModel = (model: OnnxModel): Uint8Array => onnx.ModelProto.encode(model).finish();

export interface Joint {
  /** Prefix of every name of the second model, which makes names unique. */
  readonly prefix: string;
  /** Names of the second model that stand for values of the first, or remain unchanged. */
  readonly names: Readonly<Record<string, string>>;
}

/**
 * Appends nodes and constants of `second` to those of `first`, whose graph then owns them. The caller sets inputs and
 * outputs.
 */
export function appendModel(first: OnnxModel, second: OnnxModel, { prefix, names }: Joint): void {
  const graph = second.graph!;
  const rename = (name: string) => (name === '' ? '' : (names[name] ?? `${prefix}${name}`));
  renameIn(graph as GraphProto, rename);
  appendAll(first.graph!.node!, graph.node!);
  appendAll(first.graph!.initializer!, graph.initializer!);
}

function renameIn(graph: GraphProto, rename: (name: string) => string): void {
  for (const tensor of graph.initializer!) tensor.name = rename(tensor.name!);
  for (const value of [...graph.input!, ...graph.output!]) value.name = rename(value.name!);
  for (const node of graph.node!) {
    node.name = rename(node.name ?? '');
    node.input = node.input!.map(rename);
    node.output = node.output!.map(rename);
    for (const { g } of node.attribute!) if (g) renameIn(g as GraphProto, rename);
  }
}
