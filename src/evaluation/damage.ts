/**
 * Damaged copies of an adapter: each copy makes one mistake that a trained candidate can make, and otherwise behaves
 * like the adapter. A gate that passes one of them would also pass a real candidate with the same mistake.
 */
import { createHash } from 'node:crypto';
import { seededRandom } from '../core/random.js';
import { unitLength } from '../core/vectors.js';
import type { Class } from '../declaration/tasks.js';
import { type AdapterOutput, type AdapterSession, answerReader } from '../versions/adapter-session.js';

/** The known facts about a text given to an adapter; undefined if no suite used for the damage contains the text. */
export interface AskedText {
  /** Name of the perturbation that produced the text, or `out` for a text that is out of scope. */
  readonly group: string;
}

export interface DamageContext {
  readonly classes: readonly Class[];
  /** Domain -> the class numbers of its labels. */
  readonly domains: ReadonlyMap<string, readonly number[]>;
  /** The class with the most held-out examples. */
  readonly commonest: number;
  /** The amount to add to that class's score so that one answer in ten changes to it. */
  readonly shift: number;
  readonly textOf: (vector: Float32Array) => AskedText | undefined;
  /** Decides which labels, domains and groups are damaged. */
  readonly seed: number;
}

type Change = (
  output: AdapterOutput,
  about: { readonly text: AskedText | undefined; readonly key: string },
) => Partial<AdapterOutput>;

export interface Damage {
  readonly name: string;
  /** Set if it damages the embedding, which only some heads change. */
  readonly ofEmbedding?: true;
  /** @returns the change made to each output; undefined if this damage does not apply to such an adapter */
  open(context: DamageContext): Change | undefined;
}

const probabilitiesBy =
  (change: (own: Float32Array, about: Parameters<Change>[1]) => Float32Array): Change =>
  (output, about) => ({ probabilities: change(output.probabilities, about) });

function normalised(values: Float32Array): Float32Array {
  const total = values.reduce((sum, value) => sum + value, 0);
  return total > 0 ? values.map((value) => value / total) : values.fill(1 / values.length);
}

const raisedTo = (own: Float32Array, power: number) => normalised(own.map((value) => value ** power));
const without = (own: Float32Array, classes: readonly number[]) =>
  normalised(own.map((value, index) => (classes.includes(index) ? 0 : value)));

/** The softmax of standard normal scores, the same for the same text. */
function noise(count: number, key: string, scale = 1): Float32Array {
  const random = seededRandom('noise', key);
  return normalised(Float32Array.from({ length: count }, () => Math.exp(scale * random.normal())));
}

const numberOf = (seed: number, name: string, count: number) => seededRandom(seed, name).integer(count);
const indexOfLargest = (values: Float32Array) => values.indexOf(values.reduce((a, b) => Math.max(a, b)));

/** Moves the answer to the next class, with the same confidence. */
const rotated = (own: Float32Array) => own.map((_, index) => own[(index + own.length - 1) % own.length]!);

export const damages: readonly Damage[] = [
  { name: 'noise as scores', open: () => probabilitiesBy((own, { key }) => noise(own.length, key, 3)) },
  {
    name: 'two labels swapped',
    open({ classes, seed }) {
      const one = numberOf(seed, 'swap', classes.length);
      const other = (one + 1 + numberOf(seed, 'with', classes.length - 1)) % classes.length;
      return probabilitiesBy((own) =>
        own.map((value, index) => (index === one ? own[other]! : index === other ? own[one]! : value)),
      );
    },
  },
  {
    name: 'one label never answered',
    open: ({ classes, seed }) => probabilitiesBy((own) => without(own, [numberOf(seed, 'never', classes.length)])),
  },
  {
    name: 'one domain forgotten',
    open({ domains, seed }) {
      const all = [...domains.values()];
      return all.length < 2
        ? undefined
        : probabilitiesBy((own) => without(own, all[numberOf(seed, 'domain', all.length)]!));
    },
  },
  {
    name: 'answers constant',
    open: ({ classes, seed }) => {
      const only = numberOf(seed, 'constant', classes.length);
      return probabilitiesBy((own) => own.map((_, index) => (index === only ? 0.9 : 0.1 / (own.length - 1))));
    },
  },
  { name: 'logits times 4', open: () => probabilitiesBy((own) => raisedTo(own, 4)) },
  { name: 'logits divided by 4', open: () => probabilitiesBy((own) => raisedTo(own, 1 / 4)) },
  {
    name: 'prior shifted to the commonest',
    open: ({ commonest, shift }) =>
      probabilitiesBy((own) =>
        normalised(own.map((value, index) => (index === commonest ? value * Math.exp(shift) : value))),
      ),
  },
  {
    name: 'typos break it',
    open: () => probabilitiesBy((own, { text, key }) => (text?.group === 'typo' ? noise(own.length, key, 3) : own)),
  },
  {
    name: "one group's names flip it",
    open({ seed }) {
      const groups = ['Arabic', 'Chinese', 'English', 'Indian', 'Spanish', 'West African'];
      const hit = `name: ${groups[numberOf(seed, 'group', groups.length)]!}`;
      return probabilitiesBy((own, { text }) => (text?.group === hit ? rotated(own) : own));
    },
  },
  {
    name: 'scope lost',
    open: () =>
      probabilitiesBy((own, { text }) => {
        if (text?.group !== 'out') return own;
        const answer = indexOfLargest(own);
        return own.map((_, index) => (index === answer ? 0.97 : 0.03 / (own.length - 1)));
      }),
  },
  {
    name: 'embedding collapsed to 8 dimensions',
    ofEmbedding: true,
    open({ seed }) {
      let directions: readonly Float32Array[] | undefined;
      return ({ adapted }) => {
        directions ??= drawDirections(adapted.length, seed);
        return { adapted: projected(adapted, directions) };
      };
    },
  },
];

/**
 * The shift of a class's score that changes the given share of answers to that class.
 * @param outputs for held-out texts
 */
export function shiftThatTurns(share: number, outputs: readonly AdapterOutput[], target: number): number {
  const leads = outputs.flatMap(({ probabilities }) => {
    const largest = probabilities[indexOfLargest(probabilities)]!;
    const own = Math.max(probabilities[target]!, Number.MIN_VALUE);
    return probabilities[target] === largest ? [] : [Math.log(largest / own)];
  });
  const sorted = leads.sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * outputs.length))] ?? 0;
}

/** A copy that is no worse: its scores differ so little that about one answer in a hundred flips. */
export const undamaged: Damage = {
  name: 'undamaged twin',
  open: () =>
    probabilitiesBy((own, { key }) => {
      const random = seededRandom('twin', key);
      return normalised(own.map((value) => value * Math.exp(0.05 * random.normal())));
    }),
};

const collapsedTo = 8;

function drawDirections(dimension: number, seed: number): Float32Array[] {
  const random = seededRandom(seed, 'collapse');
  return Array.from({ length: collapsedTo }, () =>
    Float32Array.from({ length: dimension }, () => random.normal() / Math.sqrt(dimension)),
  );
}

function projected(vector: Float32Array, directions: readonly Float32Array[]): Float32Array {
  const result = new Float32Array(vector.length);
  for (const direction of directions) {
    const share = vector.reduce((sum, value, index) => sum + value * direction[index]!, 0);
    for (let index = 0; index < result.length; index++) result[index]! += share * direction[index]!;
  }
  return unitLength(result);
}

/**
 * The damaged adapter; undefined if this damage does not apply to it. It uses the given adapter and does not close it.
 */
export function damagedAdapter(
  adapter: AdapterSession,
  damage: Damage,
  context: DamageContext,
): AdapterSession | undefined {
  const change = damage.open(context);
  if (!change) return undefined;
  const answersOf = answerReader(context.classes, []);
  return {
    async run(vectors, dimension) {
      const outputs = await adapter.run(vectors, dimension);
      return outputs.map((output, row) => {
        const vector = vectors.subarray(row * dimension, (row + 1) * dimension);
        const key = `${context.seed} ${keyOf(vector)}`;
        const changed = { ...plain(output), ...change(output, { text: context.textOf(vector), key }) };
        return { ...changed, answers: answersOf(changed.probabilities) };
      });
    },
    close: async () => undefined,
  };
}

const plain = ({ probabilities, adapted }: AdapterOutput) => ({ probabilities, adapted });

/** A hash key: equal vectors have equal keys. */
export function keyOf(vector: Float32Array): string {
  return createHash('sha1')
    .update(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength))
    .digest('base64');
}
