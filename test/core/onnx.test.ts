import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { float32, type Graph, int64, newGraph } from '#espalier/core/onnx.js';

async function run(graph: Graph, feeds: Record<string, Tensor>): Promise<Record<string, Tensor>> {
  const session = await InferenceSession.create(graph.encode(), { logSeverityLevel: 3 });
  try {
    return (await session.run(feeds)) as Record<string, Tensor>;
  } finally {
    await session.release();
  }
}

/** relu(2 x W + b) */
function smallGraph(): Graph {
  const graph = newGraph('small');
  const x = graph.input('x', 'float32', ['batch', 2]);
  const weight = graph.constant(float32([1, 2, 3, 4], [2, 2]), 'weight');
  const product = graph.node('Gemm', [x, weight, graph.constant(float32([-9, 1]))], { alpha: { float: 2 } });
  graph.output(graph.node('Relu', [product]), 'y', 'float32', ['batch', 2]);
  return graph;
}

describe('newGraph', () => {
  it('builds a model that ONNX Runtime runs', async () => {
    const { y } = await run(smallGraph(), { x: new Tensor('float32', Float32Array.of(1, 0, 0, 2), [2, 2]) });
    expect(y!.dims).toEqual([2, 2]);
    expect(y!.data).toEqual(Float32Array.of(0, 5, 3, 17));
  });

  it('passes attributes of every kind: number, text, list, float', async () => {
    const graph = newGraph('attributes');
    const x = graph.input('x', 'float32', [1, 2]);
    const turned = graph.node('Transpose', [x], { perm: [1, 0] });
    const leaky = graph.node('LeakyRelu', [turned], { alpha: { float: 0.5 } });
    const padded = graph.node('Pad', [leaky, graph.constant(int64([0, 0, 0, 1]))], { mode: 'edge' });
    graph.output(graph.node('Concat', [padded, padded], { axis: -1 }), 'y', 'float32', [2, 4]);
    const { y } = await run(graph, { x: new Tensor('float32', Float32Array.of(-4, 4), [1, 2]) });
    expect([...(y!.data as Float32Array)]).toEqual([-2, -2, -2, -2, 4, 4, 4, 4]);
  });

  it('builds a node with several outputs', async () => {
    const graph = newGraph('several');
    const x = graph.input('x', 'float32', [4]);
    const [values, places] = graph.nodes('TopK', [x, graph.constant(int64([2]))], 2);
    graph.output(values!, 'values', 'float32', [2]);
    graph.output(places!, 'places', 'int64', [2]);
    const results = await run(graph, { x: new Tensor('float32', Float32Array.of(1, 9, 3, 7), [4]) });
    expect([...(results.values!.data as Float32Array)]).toEqual([9, 7]);
    expect([...(results.places!.data as BigInt64Array)]).toEqual([1n, 3n]);
  });

  it('builds a loop whose body sees the values around it', async () => {
    const graph = newGraph('loop');
    const factor = graph.input('factor', 'float32', []);
    const body = graph.body('step');
    body.input('index', 'int64', []);
    const go = body.input('go', 'bool', []);
    const held = body.input('held', 'float32', []);
    body.output(go, 'go_on', 'bool', []);
    body.output(body.node('Mul', [held, factor]), 'next', 'float32', []);
    const steps = graph.constant(int64([5], []));
    const yes = graph.constant({ type: 'bool', dims: [], data: Uint8Array.of(1) });
    const [power] = graph.nodes('Loop', [steps, yes, graph.constant(float32([1], []))], 1, { body: { graph: body } });
    graph.output(power!, 'power', 'float32', []);
    const { power: result } = await run(graph, { factor: new Tensor('float32', Float32Array.of(3), []) });
    expect(result!.data[0]).toBe(243);
  });

  it('encodes the same graph as the same bytes', () => {
    expect(smallGraph().encode()).toEqual(smallGraph().encode());
  });

  it('takes the part of a larger array as that part alone', async () => {
    const graph = newGraph('part');
    const x = graph.input('x', 'float32', [2]);
    const part = graph.constant({ type: 'float32', dims: [2], data: Float32Array.of(7, 1, 2, 7).subarray(1, 3) });
    graph.output(graph.node('Add', [x, part]), 'y', 'float32', [2]);
    const { y } = await run(graph, { x: new Tensor('float32', Float32Array.of(10, 20), [2]) });
    expect(y!.data).toEqual(Float32Array.of(11, 22));
  });
});
