/**
 * Builds ONNX graphs node by node. All native computation in Espalier is such a graph: the embedded encoder, training,
 * adapters. Operators: https://onnx.ai/onnx/operators/ (opset 17).
 */
import onnxProto from 'onnx-proto';

const { onnx } = onnxProto;

export const opset = 17;
const irVersion = 8;

export type ElementType = 'float16' | 'float32' | 'float64' | 'uint8' | 'int8' | 'int32' | 'int64' | 'bool';
export type Elements = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array | Int8Array;
/** A number is a fixed size, a string the name of a free one. */
export type Dimension = number | string;

const elementCode: Record<ElementType, number> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
};

/** The element type of a typed array; bytes are integers, not booleans. */
export function elementTypeOf(data: Elements): Exclude<ElementType, 'float16' | 'bool'> {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Float64Array) return 'float64';
  if (data instanceof Uint8Array) return 'uint8';
  if (data instanceof Int8Array) return 'int8';
  return data instanceof Int32Array ? 'int32' : 'int64';
}

export interface ConstantTensor {
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly data: Elements;
}

export type Attribute = number | string | readonly number[] | { readonly float: number } | { readonly graph: Graph };

/** A graph under construction. Values are named by strings; names are unique across a graph and its bodies. */
export interface Graph {
  input(name: string, type: ElementType, dims: readonly Dimension[]): string;
  constant(tensor: ConstantTensor, name?: string): string;
  /** Adds a node with one output, and returns the output's name. */
  node(operator: string, inputs: readonly string[], attributes?: Record<string, Attribute>): string;
  /** Adds a node with several outputs, and returns their names. */
  nodes(operator: string, inputs: readonly string[], outputs: number, attributes?: Record<string, Attribute>): string[];
  /** Declares `value` as an output, under `name`. */
  output(value: string, name: string, type: ElementType, dims: readonly Dimension[]): void;
  /**
   * Declares `value`, which a node of this graph computes, as the next output of a body: outputs of a body are
   * positional, so no copy under another name is needed.
   */
  result(value: string, type: ElementType, dims: readonly Dimension[]): void;
  /** The inner graph of a Loop. It can use this graph's values by name. */
  body(name: string): Graph;
  /** @param metadata written to the file's metadata_props, in the order of the keys */
  encode(metadata?: Readonly<Record<string, string>>): Uint8Array;
}

export function newGraph(name: string): Graph {
  return buildGraph(name, { count: 0 });
}

function buildGraph(graphName: string, names: { count: number }): Graph {
  const proto = onnx.GraphProto.create({ name: graphName, node: [], initializer: [], input: [], output: [] });
  const fresh = (stem: string) => `${stem.toLowerCase()}_${names.count++}`;
  const graph: Graph & { proto: typeof proto } = {
    proto,
    input(name, type, dims) {
      proto.input.push(valueInfo(name, type, dims));
      return name;
    },
    constant(tensor, name = fresh('constant')) {
      proto.initializer.push(tensorProto(name, tensor));
      return name;
    },
    node: (operator, inputs, attributes) => graph.nodes(operator, inputs, 1, attributes)[0]!,
    nodes(operator, inputs, outputs, attributes = {}) {
      const output = Array.from({ length: outputs }, () => fresh(operator));
      const attribute = Object.entries(attributes).map(([key, value]) => attributeProto(key, value));
      proto.node.push(
        onnx.NodeProto.create({ opType: operator, name: output[0]!, input: [...inputs], output, attribute }),
      );
      return output;
    },
    output(value, name, type, dims) {
      proto.node.push(
        onnx.NodeProto.create({ opType: 'Identity', name: `output_${name}`, input: [value], output: [name] }),
      );
      proto.output.push(valueInfo(name, type, dims));
    },
    result(value, type, dims) {
      proto.output.push(valueInfo(value, type, dims));
    },
    body: (name) => buildGraph(name, names),
    encode(metadata = {}) {
      const opsetImport = [onnx.OperatorSetIdProto.create({ domain: '', version: opset })];
      const metadataProps = metadataOf(metadata);
      return onnx.ModelProto.encode({
        irVersion,
        producerName: 'espalier',
        opsetImport,
        metadataProps,
        graph: proto,
      }).finish();
    },
  };
  return graph;
}

/** The metadata entries of a file, sorted, so that equal metadata gives equal bytes. */
export function metadataOf(metadata: Readonly<Record<string, string>>): { key: string; value: string }[] {
  const keys = Object.keys(metadata).sort();
  return keys.map((key) => ({ key, value: metadata[key]! }));
}

/** A scalar or vector of float32. */
export function float32(values: readonly number[], dims: readonly number[] = [values.length]): ConstantTensor {
  return { type: 'float32', dims, data: Float32Array.from(values) };
}

/** A vector of int64, the type of shapes and axes. */
export function int64(values: readonly number[], dims: readonly number[] = [values.length]): ConstantTensor {
  return { type: 'int64', dims, data: BigInt64Array.from(values, BigInt) };
}

function valueInfo(name: string, type: ElementType, dims: readonly Dimension[]) {
  const dim = dims.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return onnx.ValueInfoProto.create({ name, type: { tensorType: { elemType: elementCode[type], shape: { dim } } } });
}

function tensorProto(name: string, { type, dims, data }: ConstantTensor) {
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return onnx.TensorProto.create({ name, dataType: elementCode[type], dims: [...dims], rawData });
}

function attributeProto(name: string, value: Attribute) {
  const { AttributeType } = onnx.AttributeProto;
  if (typeof value === 'number') return onnx.AttributeProto.create({ name, type: AttributeType.INT, i: value });
  if (typeof value === 'string')
    return onnx.AttributeProto.create({ name, type: AttributeType.STRING, s: new TextEncoder().encode(value) });
  if (Array.isArray(value)) return onnx.AttributeProto.create({ name, type: AttributeType.INTS, ints: [...value] });
  if ('float' in value) return onnx.AttributeProto.create({ name, type: AttributeType.FLOAT, f: value.float });
  const { proto } = (value as { graph: ReturnType<typeof buildGraph> & { proto: object } }).graph;
  return onnx.AttributeProto.create({ name, type: AttributeType.GRAPH, g: proto });
}
