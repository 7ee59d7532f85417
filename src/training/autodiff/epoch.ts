/**
 * An epoch as one ONNX graph and one native call: a Loop over minibatches that contains forward, backward, clipping and
 * optimiser. One call per step would need 1.2 to 1.8 times the processor time at the sizes of a head.
 *
 * Inputs: the loss's sources by their names, each order [steps, batch] int32, the optimiser's numbers [steps], and the
 * states: parameters by their names, the optimiser's state tensors as `parameter_state`. Outputs: the sum of the
 * losses, and each state as `next_` state.
 */
import { type Dimension, type Graph, newGraph } from '../../core/onnx.js';
import type { Random } from '../../core/random.js';
import { compile, type NativeArray, type NativeInput } from '../native.js';
import { type Arithmetic, arithmeticIn, arrayOf, type Precision } from './arithmetic.js';
import type { Clipping } from './clipping.js';
import { type Dims, type Expression, type Source, sizeOf, sourcesOf } from './expression.js';
import { writeForward, writeGradients } from './gradient.js';
import type { LearningRate } from './learning-rate.js';
import type { Optimiser } from './optimiser.js';

export interface Training {
  /** A scalar. */
  readonly loss: Expression;
  readonly optimiser: Optimiser;
  readonly clipping: Clipping;
  readonly precision: Precision;
  /** A second loss, and the way its gradients change those of the first. */
  readonly constraint?: Constraint;
}

export interface Constraint {
  readonly loss: Expression;
  /**
   * Both arguments map parameter names to names of gradients: those of the loss, then those of the constraint's loss.
   */
  combine(
    arithmetic: Arithmetic,
    gradients: ReadonlyMap<string, string>,
    ofConstraint: ReadonlyMap<string, string>,
  ): Map<string, string>;
}

export type States = Readonly<Record<string, NativeArray>>;

export interface EpochRequest {
  /** Minibatch, stepwise and whole sources, and orders, by name. Their shapes follow from the loss. */
  readonly data: Readonly<Record<string, NativeArray>>;
  readonly states: States;
  readonly steps: number;
  /** Number of steps in earlier epochs. */
  readonly stepsBefore: number;
  readonly learningRate: LearningRate;
}

export interface Epoch {
  /** @returns the mean loss of the steps, and the states after the last */
  run(request: EpochRequest): Promise<{ loss: number; states: States }>;
  close(): Promise<void>;
}

export async function openEpoch(training: Training, threads: number): Promise<Epoch> {
  const native = await compile(epochGraph(training), threads);
  const states = statesOf(training);
  return {
    async run({ data, states: before, steps, stepsBefore, learningRate }) {
      const results = await native.run({
        ...inputsOf(training, data),
        ...numbersOf(training, { steps, stepsBefore, learningRate }),
        ...Object.fromEntries(states.map(({ name, dims }) => [name, { data: before[name]!, dims }])),
      });
      const after = states.map(({ name }) => [name, results[`next_${name}`]!]);
      return { loss: results.loss![0]! / steps, states: Object.fromEntries(after) };
    },
    close: () => native.close(),
  };
}

/** The parameters at their start, or with the values of `known`, and the initial state of the optimiser. */
export function startingStates(
  training: Training,
  random: Random,
  known: Readonly<Record<string, ArrayLike<number>>> = {},
): States {
  const start = ({ name, dims, parameter }: State) =>
    known[name] ?? (parameter?.start(sizeOf(dims), random) || new Float64Array(sizeOf(dims)));
  return Object.fromEntries(statesOf(training).map((state) => [state.name, arrayOf(training.precision, start(state))]));
}

export function epochGraph(training: Training): Graph {
  const { optimiser, precision } = training;
  const graph = newGraph('epoch');
  for (const { name, dims, element } of inputSources(training))
    graph.input(name, element === 'float' ? precision : element, dims);
  for (const number of optimiser.numbers) graph.input(numberInput(number), precision, ['steps']);
  const states = statesOf(training);
  for (const { name, dims } of states) graph.input(name, precision, dims);
  const steps = graph.node('Squeeze', [
    graph.node('Shape', [numberInput(optimiser.numbers[0]!)], { start: 0, end: 1 }),
  ]);
  const go = graph.constant({ type: 'bool', dims: [], data: Uint8Array.of(1) });
  const noLoss = graph.constant({ type: precision, dims: [], data: arrayOf(precision, [0]) });
  const carried = [noLoss, ...states.map(({ name }) => name)];
  const [total, ...next] = graph.nodes('Loop', [steps, go, ...carried], carried.length, {
    body: { graph: stepBody(graph, training) },
  });
  graph.output(total!, 'loss', precision, []);
  for (const [index, { name, dims }] of states.entries()) graph.output(next[index]!, `next_${name}`, precision, dims);
  return graph;
}

/** One step. The body reads data and schedule from the outer graph. */
function stepBody(outer: Graph, training: Training): Graph {
  const { loss, optimiser, clipping, precision, constraint } = training;
  const body = outer.body('step');
  const index = body.input('step_index', 'int64', []);
  const go = body.input('step_go', 'bool', []);
  const lossBefore = body.input('step_loss', precision, []);
  const states = statesOf(training);
  for (const { name, dims } of states) body.input(`step_${name}`, precision, dims);
  const arithmetic = arithmeticIn(body, precision);
  const computed = writeForward(arithmetic, rootsOf(training), sourceNames(arithmetic, index));
  const ofLoss = writeGradients(arithmetic, loss, computed);
  const allowed = constraint
    ? constraint.combine(arithmetic, ofLoss, writeGradients(arithmetic, constraint.loss, computed))
    : ofLoss;
  const gradients = clipping(arithmetic, allowed);
  const numbers = Object.fromEntries(
    optimiser.numbers.map((name) => [name, body.node('Gather', [numberInput(name), index])]),
  );
  const next: Record<string, string> = {};
  for (const { name } of sourcesOf(loss, 'parameter')) {
    const held = Object.fromEntries(optimiser.states.map((state) => [state, `step_${stateName(name, state)}`]));
    const after = optimiser.update(arithmetic, {
      value: `step_${name}`,
      gradient: gradients.get(name)!,
      states: held,
      numbers,
    });
    next[name] = after.value;
    for (const state of optimiser.states) next[stateName(name, state)] = after.states[state]!;
  }
  body.output(go, 'step_go_on', 'bool', []);
  body.result(body.node('Add', [lossBefore, computed.get(loss)!.value]), precision, []);
  for (const { name, dims } of states) body.result(next[name]!, precision, dims);
  return body;
}

/** Rows are gathered once for each name and order, however often the loss uses a minibatch. */
function sourceNames(arithmetic: Arithmetic, index: string): (source: Source) => string {
  const gathered = new Map<string, string>();
  const gather = (from: string, at: string): string => {
    const key = `${from} ${at}`;
    const name = gathered.get(key) ?? arithmetic.node('Gather', [from, at]);
    gathered.set(key, name);
    return name;
  };
  return ({ kind, name, dims, order, values }) => {
    if (kind === 'parameter') return `step_${name}`;
    if (kind === 'minibatch') return gather(name, gather(order, index));
    if (kind === 'step') return gather(name, index);
    return kind === 'whole' ? name : arithmetic.constant(values, dims);
  };
}

interface State {
  readonly name: string;
  readonly dims: Dims;
  /** Absent for the optimiser's state tensors. */
  readonly parameter?: Source;
}

const numberInput = (number: string) => `step_${number}s`;
const stateName = (parameter: string, state: string) => `${parameter}_${state}`;

function rootsOf({ loss, constraint }: Training): Expression[] {
  return constraint ? [loss, constraint.loss] : [loss];
}

function statesOf(training: Training): State[] {
  const parameters = sourcesOf(training.loss, 'parameter');
  const carried = parameters.flatMap(({ name, dims }) =>
    training.optimiser.states.map((state) => ({ name: stateName(name, state), dims })),
  );
  return [...parameters.map((parameter) => ({ name: parameter.name, dims: parameter.dims, parameter })), ...carried];
}

interface InputSource {
  readonly name: string;
  /** A name as first dimension stands for an axis of any size. */
  readonly dims: readonly Dimension[];
  readonly element: Source['element'];
}

function inputSources(training: Training): InputSource[] {
  const roots = rootsOf(training);
  const minibatches = sourcesOf(roots, 'minibatch');
  const batches = new Map<string, number>();
  for (const { name, order, dims } of minibatches) {
    const batch = batches.get(order) ?? dims[0]!;
    if (batch !== dims[0]) throw new Error(`${name} has ${dims[0]} rows of ${order}, another has ${batch}`);
    batches.set(order, batch);
  }
  const drawn = [...new Map(minibatches.map((source) => [source.name, source])).values()];
  return [
    ...drawn.map(({ name, dims, element }) => ({ name, dims: [`rows_${name}`, ...dims.slice(1)], element })),
    ...[...batches].map(([name, batch]) => ({ name, dims: ['steps', batch], element: 'int32' as const })),
    ...sourcesOf(roots, 'step').map(({ name, dims, element }) => ({ name, dims: ['steps', ...dims], element })),
    ...sourcesOf(roots, 'whole'),
  ];
}

function inputsOf(training: Training, data: EpochRequest['data']): Record<string, NativeInput> {
  return Object.fromEntries(
    inputSources(training).map(({ name, dims }) => {
      const found = data[name];
      if (!found) throw new Error(`the epoch needs \`${name}\``);
      const known = sizeOf(dims.filter((size) => typeof size === 'number'));
      return [
        name,
        { data: found, dims: dims.map((size) => (typeof size === 'number' ? size : found.length / known)) },
      ];
    }),
  );
}

function numbersOf(
  { optimiser, precision }: Training,
  { steps, stepsBefore, learningRate }: Pick<EpochRequest, 'steps' | 'stepsBefore' | 'learningRate'>,
): Record<string, NativeInput> {
  const rows = Array.from({ length: steps }, (_, step) =>
    optimiser.numbersAt(stepsBefore + step + 1, learningRate(stepsBefore + step)),
  );
  return Object.fromEntries(
    optimiser.numbers.map((number) => [
      numberInput(number),
      {
        data: arrayOf(
          precision,
          rows.map((row) => row[number]!),
        ),
        dims: [steps],
      },
    ]),
  );
}
