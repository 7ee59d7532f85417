/**
 * Logistic regression with an L2 penalty, solved in the span of its examples. The minimiser is W = X^T A (representer
 * theorem), so that only the examples' Gram matrix is needed, whatever their width. L-BFGS (Liu & Nocedal, 1989) with
 * the inner product of W-space takes the same steps as on W itself, at a cost that does not depend on the width.
 */

export interface Regression {
  /** A: [examples, classes]. */
  readonly coefficients: Float64Array;
  /** [classes] intercepts, which are not penalised. */
  readonly intercepts: Float64Array;
  /** Scores of all examples, including those left out: [examples, classes]. */
  readonly scores: Float64Array;
}

export interface LogisticProblem {
  /** Inner products of the examples, [examples, examples]. */
  readonly gram: Float64Array;
  /** Number of each example's class, [examples]. */
  readonly targets: Int32Array;
  /** [examples] How much the loss of each example counts; absent if each counts once. */
  readonly weights?: Float32Array | undefined;
  readonly classes: number;
  /** Weight of an example's loss relative to the penalty, half the squared norm of W: C of scikit-learn. */
  readonly c: number;
  /** [examples] 1 for an example that is left out: it is scored and not learned. */
  readonly left?: Uint8Array | undefined;
  /** Starting point of the search: a regression of the same examples. */
  readonly start?: Regression | undefined;
  readonly tolerance?: Tolerance | undefined;
  /** Writes the Gram matrix times a point [examples, classes]; if absent, a loop computes it. */
  readonly multiply?: ((point: Float64Array, into: Float64Array) => Promise<void>) | undefined;
}

/** Criterion for ending the search. */
export interface Tolerance {
  /**
   * The gradient's norm; the penalty is strongly convex with modulus 1, so W is at most this far from the minimiser.
   */
  readonly gradient: number;
  readonly steps: number;
}

const converged: Tolerance = { gradient: 1e-6, steps: 1000 };
const memory = 5;

/** A past step and the gradient's change, each with its image, which the inner product needs. */
interface Step {
  readonly moved: Float64Array;
  readonly movedImage: Float64Array;
  readonly changed: Float64Array;
  readonly changedImage: Float64Array;
  readonly curvature: number;
}

/** Minimises |W|^2 / 2 + c * (weighted sum of cross entropies). Deterministic. */
export async function fitLogisticRegression(problem: LogisticProblem): Promise<Regression> {
  const { targets, classes, start, tolerance = converged } = problem;
  const size = (targets.length + 1) * classes;
  const point = new Float64Array(size);
  if (start) {
    point.set(start.coefficients);
    point.set(start.intercepts, size - classes);
    for (let index = 0; index < size - classes; index++)
      if (problem.left?.[Math.floor(index / classes)] === 1) point[index] = 0;
  }
  const image = start ? await imageOf(problem, point) : new Float64Array(size);
  const past: Step[] = [];
  let gradient = new Float64Array(size);
  let value = lossAt(problem, point, image, gradient);
  let gradientImage = await imageOf(problem, gradient);
  for (let step = 0; step < tolerance.steps && inner(gradient, gradientImage) > tolerance.gradient ** 2; step++) {
    const { point: moved, image: movedImage } = descentDirection(past, gradient, gradientImage);
    const next = new Float64Array(size);
    const reached = searchLine(problem, {
      point,
      image,
      moved,
      movedImage,
      value,
      slope: inner(moved, gradientImage),
      gradient: next,
    });
    if (reached === undefined) break;
    const nextImage = await imageOf(problem, next);
    remember(past, {
      moved,
      movedImage,
      changed: difference(next, gradient),
      changedImage: difference(nextImage, gradientImage),
    });
    [gradient, gradientImage, value] = [next, nextImage, reached];
  }
  const scores = image.slice(0, size - classes);
  for (let index = 0; index < scores.length; index++) scores[index]! += point[size - classes + (index % classes)]!;
  return { coefficients: point.slice(0, size - classes), intercepts: point.slice(size - classes), scores };
}

interface Line {
  /** The point, moved to the end of the search, with its image. */
  readonly point: Float64Array;
  readonly image: Float64Array;
  /** The direction, scaled to the step taken. */
  readonly moved: Float64Array;
  readonly movedImage: Float64Array;
  readonly value: number;
  readonly slope: number;
  /** Filled with the gradient at the end of the search. */
  readonly gradient: Float64Array;
}

const leastShare = 2 ** -40;

/** Halves the step until the loss falls enough (Armijo, 1966). Undefined if rounding prevents any further gain. */
function searchLine(
  problem: LogisticProblem,
  { point, image, moved, movedImage, value, slope, gradient }: Line,
): number | undefined {
  add(point, moved, 1);
  add(image, movedImage, 1);
  for (let share = 1; share > leastShare; share /= 2) {
    const reached = lossAt(problem, point, image, gradient);
    if (reached <= value + 1e-4 * share * slope + 1e-14 * Math.abs(value)) {
      scale(moved, share);
      scale(movedImage, share);
      return reached;
    }
    add(point, moved, -share / 2);
    add(image, movedImage, -share / 2);
  }
  return undefined;
}

function remember(past: Step[], step: Omit<Step, 'curvature'>): void {
  const curvature = inner(step.moved, step.changedImage);
  if (curvature <= 0) return;
  past.push({ ...step, curvature });
  if (past.length > memory) past.shift();
}

/** A point with its image. */
interface Point {
  readonly point: Float64Array;
  readonly image: Float64Array;
}

/**
 * The two-loop recursion. The direction is a sum of points whose images are known, so that its image needs no product.
 */
function descentDirection(past: readonly Step[], gradient: Float64Array, gradientImage: Float64Array): Point {
  const [point, image] = [gradient.slice(), gradientImage.slice()];
  const shares = new Map<Step, number>();
  for (const step of past.toReversed()) {
    const share = inner(step.movedImage, point) / step.curvature;
    shares.set(step, share);
    add(point, step.changed, -share);
    add(image, step.changedImage, -share);
  }
  const last = past.at(-1);
  const length = last ? last.curvature / inner(last.changed, last.changedImage) : 1;
  scale(point, -length);
  scale(image, -length);
  for (const step of past) {
    const share = shares.get(step)! + inner(step.changedImage, point) / step.curvature;
    add(point, step.moved, -share);
    add(image, step.movedImage, -share);
  }
  return { point, image };
}

/**
 * The loss at a point [examples + 1, classes], whose last row contains the intercepts; also fills the gradient, in the
 * same coordinates.
 * @param image of the point: its first rows are the scores without intercepts
 */
function lossAt(
  { targets, weights, classes, c, left }: LogisticProblem,
  point: Float64Array,
  image: Float64Array,
  gradient: Float64Array,
): number {
  const end = targets.length * classes;
  gradient.fill(0, end);
  let loss = 0;
  for (let row = 0; row < targets.length; row++) {
    if (left?.[row] === 1) continue;
    const start = row * classes;
    let top = Number.NEGATIVE_INFINITY;
    for (let one = 0; one < classes; one++) top = Math.max(top, image[start + one]! + point[end + one]!);
    let total = 0;
    for (let one = 0; one < classes; one++) {
      const share = Math.exp(image[start + one]! + point[end + one]! - top);
      gradient[start + one] = share;
      total += share;
    }
    const target = targets[row]!;
    const weight = weights?.[row] ?? 1;
    loss += weight * (Math.log(total) + top - image[start + target]! - point[end + target]!);
    for (let one = 0; one < classes; one++) {
      const error = c * weight * (gradient[start + one]! / total - (one === target ? 1 : 0));
      gradient[start + one] = point[start + one]! + error;
      gradient[end + one]! += error;
    }
  }
  let norm = 0;
  for (let index = 0; index < end; index++) norm += point[index]! * image[index]!;
  return norm / 2 + c * loss;
}

/**
 * The image of a point: the Gram matrix times A, and the intercepts. The flat product of one point with another's image
 * is the inner product of their W and intercepts.
 */
async function imageOf(
  { gram, targets, classes, multiply }: LogisticProblem,
  point: Float64Array,
): Promise<Float64Array> {
  const count = targets.length;
  const end = count * classes;
  const image = new Float64Array(point.length);
  if (multiply) await multiply(point.subarray(0, end), image.subarray(0, end));
  else image.set(productOf(gram, point, count, classes));
  image.set(point.subarray(end), end);
  return image;
}

/**
 * The Gram matrix times A, [examples, classes]. Four classes are computed at a time, with their sums in registers,
 * which takes a third of the time of one at a time.
 */
function productOf(gram: Float64Array, point: Float64Array, count: number, classes: number): Float64Array {
  const width = 4 * Math.ceil(classes / 4);
  const panels = panelsOfFour(point, classes, count);
  const product = new Float64Array(count * width);
  for (let row = 0; row < count; row++) {
    for (let first = 0; first < width; first += 4) {
      let [a, b, c, d] = [0, 0, 0, 0];
      for (let column = 0, at = first * count; column < count; column++, at += 4) {
        const similarity = gram[row * count + column]!;
        a += similarity * panels[at]!;
        b += similarity * panels[at + 1]!;
        c += similarity * panels[at + 2]!;
        d += similarity * panels[at + 3]!;
      }
      product.set([a, b, c, d], row * width + first);
    }
  }
  const narrow = new Float64Array(count * classes);
  for (let row = 0; row < count; row++) narrow.set(product.subarray(row * width, row * width + classes), row * classes);
  return narrow;
}

/** A as [classes / 4, examples, 4], padded with zeros for missing classes. */
function panelsOfFour(point: Float64Array, classes: number, count: number): Float64Array {
  const panels = new Float64Array(count * 4 * Math.ceil(classes / 4));
  for (let row = 0; row < count; row++) {
    for (let one = 0; one < classes; one++)
      panels[((one >> 2) * count + row) * 4 + (one & 3)] = point[row * classes + one]!;
  }
  return panels;
}

function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

function add(target: Float64Array, source: Float64Array, factor: number): void {
  for (let index = 0; index < target.length; index++) target[index]! += factor * source[index]!;
}

function scale(target: Float64Array, factor: number): void {
  for (let index = 0; index < target.length; index++) target[index]! *= factor;
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  const result = a.slice();
  add(result, b, -1);
  return result;
}
