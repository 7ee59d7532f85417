/**
 * What a ridge head is linear in: whole numbers of at most 255 in size, made from a standardised vector x of length sqrt(d).
 *
 *   relu     clip(round(64 relu(x map)), 0, 255)   random ReLU features (arc-cosine kernel of order 1: Cho & Saul, NIPS 2009)
 *   fourier  round(127 cos(x map + phase))         random Fourier features (Gaussian kernel: Rahimi & Recht, NIPS 2007)
 *   none     clip(round(32 x), -127, 127)          x itself
 *
 * Each feature has the same bits wherever it is computed, in whatever company: x is rounded to 32nds, the map holds multiples of a power of
 * two, so each partial sum of x map is a whole number of some small unit, and by Cauchy-Schwarz at most |x| |column| of it. In those units
 * |x| <= 32.5 sqrt(d), a column of the map is at most 127 sqrt(d), and float32 counts exactly to 2^24: enough for d up to 4,064. (In truth a
 * column is about 50 sqrt(d) or less, and no order of summation comes near the bound.) What follows is rounded once, element by element.
 * The cosine is looked up in a table, since the last bit of a computed one depends on the vector width of the processor.
 */
import { seededRandom } from '../../core/random.js';
import type { Tensor, Tensors } from '../../core/safetensors.js';
import { drawRandomFeatures } from './random-features.js';

export type FeatureKind = 'relu' | 'fourier' | 'none';

/** A feature map as it is drawn once and kept. */
export interface Features {
  readonly kind: FeatureKind;
  /** relu: map [d, width]; fourier: also phase [width]; none: nothing. */
  readonly tensors: Tensors;
}

/** What writing a formula takes of any builder of ONNX graphs. */
export interface FeatureWriter {
  node(operator: string, inputs: readonly string[], attributes?: Record<string, number>): string;
  /** float32 */
  constant(values: readonly number[], dims: readonly number[]): string;
}

interface FeatureFormula {
  /** The least value of a feature: 0, or -127 where features have a sign. */
  readonly lowest: number;
  draw(dimension: number, width: number, seed: number): Tensors;
  /** x [n, d] -> features [n, width]; `tensors` are the names of the drawn ones in the graph. */
  write(writer: FeatureWriter, inputs: string, tensors: Readonly<Record<string, string>>): string;
}

/** A whole number of these is 1 in x, in a ReLU feature, in a cosine and in a turn of the circle. */
const [inputStep, reluStep, cosineStep, turnSteps] = [32, 64, 127, 1024];

const cosines = Array.from({ length: turnSteps }, (_, index) => Math.round(cosineStep * Math.cos((2 * Math.PI * index) / turnSteps)) + 0);

const formulas: Readonly<Record<FeatureKind, FeatureFormula>> = {
  relu: {
    lowest: 0,
    draw: (dimension, width, seed) => ({ map: drawRandomFeatures(dimension, width, seed) }),
    write(writer, inputs, { map }) {
      const scaled = scale(writer, writer.node('MatMul', [roundInputs(writer, inputs), map!]), reluStep / inputStep);
      return clip(writer, writer.node('Round', [scaled]), [0, 255]);
    },
  },
  fourier: {
    lowest: -cosineStep,
    draw: (dimension, width, seed) => ({ map: drawRandomFeatures(dimension, width, seed), phase: drawPhase(width, seed) }),
    write(writer, inputs, { map, phase }) {
      const product = writer.node('MatMul', [roundInputs(writer, inputs), map!]);
      const turned = writer.node('Round', [scale(writer, product, turnSteps / (2 * Math.PI * inputStep))]);
      const step = writer.node('Cast', [writer.node('Add', [turned, phase!])], { to: int64 });
      const whole = writer.node('Cast', [writer.constant([turnSteps], [])], { to: int64 });
      return writer.node('Gather', [writer.constant(cosines, [turnSteps]), writer.node('Mod', [step, whole])]);
    },
  },
  none: {
    lowest: -127,
    draw: () => ({}),
    write: (writer, inputs) => clip(writer, roundInputs(writer, inputs), [-127, 127]),
  },
};

/** ONNX's number for the type. */
const int64 = 7;

/** Follows from its arguments. For 'none' the width is the dimension. */
export function drawFeatures(kind: FeatureKind, { dimension, width, seed }: { dimension: number; width: number; seed: number }): Features {
  return { kind, tensors: formulas[kind].draw(dimension, width, seed) };
}

/** Inputs [n, d], standardised, to features [n, width], float32 that hold whole numbers. Returns the value's name. */
export function writeFeatures(
  writer: FeatureWriter,
  { kind, inputs, tensors }: { kind: FeatureKind; inputs: string; tensors: Readonly<Record<string, string>> },
): string {
  return formulas[kind].write(writer, inputs, tensors);
}

export function lowestFeature(kind: FeatureKind): number {
  return formulas[kind].lowest;
}

function roundInputs(writer: FeatureWriter, inputs: string): string {
  return writer.node('Round', [scale(writer, inputs, inputStep)]);
}

function scale(writer: FeatureWriter, value: string, factor: number): string {
  return writer.node('Mul', [value, writer.constant([factor], [])]);
}

function clip(writer: FeatureWriter, value: string, [low, high]: readonly [number, number]): string {
  return writer.node('Clip', [value, writer.constant([low], []), writer.constant([high], [])]);
}

/** Where on the circle each cosine begins, in steps. */
function drawPhase(width: number, seed: number): Tensor {
  const random = seededRandom(seed, 'phase', width);
  return { dims: [width], data: Float32Array.from({ length: width }, () => Math.floor(random.uniform() * turnSteps)) };
}
