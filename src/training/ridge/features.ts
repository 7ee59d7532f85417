/**
 * The features in which a ridge head is linear: whole numbers of at most 127 in size, computed from a standardised
 * vector x of length sqrt(d).
 *
 * relu     clip(round(32 relu(x map)), 0, 127)  random ReLU features (arc-cosine kernel, order 1: Cho & Saul, NIPS 2009)
 * fourier  round(63 cos(x map + phase))         random Fourier features (Gaussian kernel: Rahimi & Recht, NIPS 2007)
 * none     clip(round(16 x), -63, 63)           x itself
 *
 * Each feature has the same bits on every machine and in every batch: x is rounded to 16ths and clipped at 8, the map
 * contains multiples of a power of two, and their product is one of 8-bit integers with 32-bit sums, exact for d up to
 * 100,000. The steps after it are rounded once, element by element. The cosine is looked up in a table, since the last
 * bit of a computed one depends on the vector width of the processor.
 *
 * Reason for the bounds: processors multiply unsigned bytes by signed ones, and some add two such products in 16 bits
 * before they widen. With 8 bits on one side and 7 on the other no sum overflows, so that all processors give the same
 * result, in a sixth of the time of float32.
 */
import type { ConstantTensor } from '../../core/onnx.js';
import { seededRandom } from '../../core/random.js';
import type { Tensor, Tensors } from '../../core/safetensors.js';
import { drawRandomFeatures, weightStep } from './random-features.js';

export type FeatureKind = 'relu' | 'fourier' | 'none';

/** A feature map, drawn once and stored. */
export interface Features {
  readonly kind: FeatureKind;
  /** relu: map [d, width]; fourier: also phase [width]; none: empty. */
  readonly tensors: Tensors;
}

/** The operations of an ONNX graph builder that a formula needs. */
export interface FeatureWriter {
  node(operator: string, inputs: readonly string[], attributes?: Record<string, number>): string;
  /** A constant of the type of the vectors. */
  constant(values: readonly number[], dims: readonly number[]): string;
  tensor(tensor: ConstantTensor): string;
}

interface Written {
  /** [n, d], standardised. */
  readonly inputs: string;
  readonly dimension: number;
  /** Names of the drawn tensors in the graph. */
  readonly tensors: Readonly<Record<string, string>>;
}

interface FeatureFormula {
  /** The least value of a feature: 0, or negative for signed features. */
  readonly lowest: number;
  /** Quantisation scale: integer feature value per unit of the real value. */
  readonly unit: number;
  draw(dimension: number, width: number, seed: number): Tensors;
  /** Writes features [n, width] of the type of the vectors. */
  write(writer: FeatureWriter, written: Written): string;
}

/** Quantisation scales: integer steps per unit of x, and per full turn of the circle. */
const [inputStep, turnSteps] = [16, 1024];
/** The byte that represents 0 among inputs. */
const inputZero = 128;
const [reluUnit, cosineUnit, plainUnit] = [32, 63, 16];
const [largest, largestSigned] = [127, 63];

const cosines = Array.from(
  { length: turnSteps },
  (_, index) => Math.round(cosineUnit * Math.cos((2 * Math.PI * index) / turnSteps)) + 0,
);

const formulas: Readonly<Record<FeatureKind, FeatureFormula>> = {
  relu: {
    lowest: 0,
    unit: reluUnit,
    draw: (dimension, width, seed) => ({ map: drawRandomFeatures(dimension, width, seed) }),
    write(writer, { inputs, dimension, tensors: { map } }) {
      const { node, tensor } = writer;
      const float = (value: number) => tensor({ type: 'float32', dims: [], data: Float32Array.of(value) });
      const byte = (value: number) => tensor({ type: 'uint8', dims: [], data: Uint8Array.of(value) });
      const noShift = tensor({ type: 'int8', dims: [], data: Int8Array.of(0) });
      const from = [inputBytes(writer, inputs), float(1 / inputStep), byte(inputZero)];
      const product = node('QLinearMatMul', [
        ...from,
        map!,
        float(weightStep(dimension)),
        noShift,
        float(1 / reluUnit),
        byte(0),
      ]);
      return node('CastLike', [node('Clip', [product, byte(0), byte(largest)]), inputs]);
    },
  },
  fourier: {
    lowest: -cosineUnit,
    unit: cosineUnit,
    draw: (dimension, width, seed) => ({
      map: drawRandomFeatures(dimension, width, seed),
      phase: drawPhase(width, seed),
    }),
    write(writer, { inputs, dimension, tensors: { map, phase } }) {
      const { node, constant, tensor } = writer;
      const zero = tensor({ type: 'uint8', dims: [], data: Uint8Array.of(inputZero) });
      const product = node('CastLike', [node('MatMulInteger', [inputBytes(writer, inputs), map!, zero]), inputs]);
      const turned = node('Round', [
        scale(writer, product, (turnSteps * weightStep(dimension)) / (2 * Math.PI * inputStep)),
      ]);
      const step = node('Cast', [node('Add', [turned, phase!])], { to: int64 });
      const whole = node('Cast', [constant([turnSteps], [])], { to: int64 });
      return node('Gather', [constant(cosines, [turnSteps]), node('Mod', [step, whole])]);
    },
  },
  none: {
    lowest: -largestSigned,
    unit: plainUnit,
    draw: () => ({}),
    write: (writer, { inputs }) =>
      clip(writer, writer.node('Round', [scale(writer, inputs, plainUnit)]), [-largestSigned, largestSigned]),
  },
};

/** ONNX's codes of the types. */
const [uint8, int64] = [2, 7];

/** Draws a feature map, which is determined by the arguments. For 'none' the width is the dimension. */
export function drawFeatures(
  kind: FeatureKind,
  { dimension, width, seed }: { dimension: number; width: number; seed: number },
): Features {
  return { kind, tensors: formulas[kind].draw(dimension, width, seed) };
}

/**
 * Writes the map from standardised inputs [n, d] to features [n, width], whole numbers of the inputs' type. Returns the
 * value's name.
 */
export function writeFeatures(writer: FeatureWriter, { kind, ...written }: Written & { kind: FeatureKind }): string {
  return formulas[kind].write(writer, written);
}

export function lowestFeature(kind: FeatureKind): number {
  return formulas[kind].lowest;
}

/**
 * Quantisation scale: integer feature value per unit of the real value (a standard deviation, a cosine, a number of the
 * vector).
 */
export function unitOf(kind: FeatureKind): number {
  return formulas[kind].unit;
}

/** round(16 x) as unsigned bytes, offset by 128. */
function inputBytes(writer: FeatureWriter, inputs: string): string {
  const rounded = clip(writer, writer.node('Round', [scale(writer, inputs, inputStep)]), [-inputZero, inputZero - 1]);
  return writer.node('Cast', [writer.node('Add', [rounded, writer.constant([inputZero], [])])], { to: uint8 });
}

function scale(writer: FeatureWriter, value: string, factor: number): string {
  return writer.node('Mul', [value, writer.constant([factor], [])]);
}

function clip(writer: FeatureWriter, value: string, [low, high]: readonly [number, number]): string {
  return writer.node('Clip', [value, writer.constant([low], []), writer.constant([high], [])]);
}

/** The phase of each cosine, in steps of the circle. */
function drawPhase(width: number, seed: number): Tensor {
  const random = seededRandom(seed, 'phase', width);
  return { dims: [width], data: Float32Array.from({ length: width }, () => Math.floor(random.uniform() * turnSteps)) };
}
