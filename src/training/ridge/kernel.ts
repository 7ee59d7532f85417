/** Inner products of the examples' features with each other, exact: whole numbers, multiplied as bytes. */
import { newGraph } from '../../core/onnx.js';
import { compile } from '../native.js';
import type { Features } from './features.js';
import { asSigned, asUnsigned, zeroPoint } from './slice-products.js';

/** Number of rows multiplied at once with all rows from them on. */
const bandRows = 512;

/**
 * K = H H^T. Cost: n^2 width / 2 multiply-adds of 8-bit integers; memory 8 n^2 bytes.
 * @param rows H, [n, width], whole numbers
 * @returns [n, n], symmetric
 */
export async function kernelOf(
  rows: Float32Array,
  { features, width }: { features: Features; width: number },
  threads: number,
) {
  const count = rows.length / width;
  const kernel = new Float64Array(count * count);
  const graph = newGraph('kernel');
  const [above, right] = [graph.input('above', 'float32', ['m', width]), graph.input('right', 'float32', ['n', width])];
  const turned = graph.node('Transpose', [asSigned(graph, right)], { perm: [1, 0] });
  const products = graph.node('MatMulInteger', [
    asUnsigned(graph, features, above),
    turned,
    ...zeroPoint(graph, features),
  ]);
  graph.output(products, 'products', 'int32', ['m', 'n']);
  const native = await compile(graph, threads);
  try {
    for (let top = 0; top < count; top += bandRows) {
      const end = Math.min(top + bandRows, count);
      const from = (start: number, stop: number) => ({
        data: rows.subarray(start * width, stop * width),
        dims: [stop - start, width],
      });
      const { products: band } = await native.run({ above: from(top, end), right: from(top, count) });
      for (let row = top; row < end; row++)
        for (let column = top; column < count; column++) {
          const value = band![(row - top) * (count - top) + column - top]!;
          kernel[row * count + column] = value;
          kernel[column * count + row] = value;
        }
    }
  } finally {
    await native.close();
  }
  return kernel;
}
