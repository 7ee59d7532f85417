/** Naive Bayes on counts of n-grams, and what it adds to the closed-form head. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '#espalier/core/random.js';
import type { LabelledVectors } from '#espalier/training/job.js';
import { singles } from '#espalier/training/ridge/groups.js';
import {
  type CountedRows,
  countLexical,
  emptyLexical,
  leaveGroupsOutLexical,
  lexicalWeights,
  packLexical,
  unpackLexical,
} from '#espalier/training/ridge/lexical.js';
import { analytic } from '#espalier/training/strategies/analytic.js';
import { settingsWith } from '../support/declaration.js';
import { relativeError } from '../support/dense.js';
import { accuracyOf, clusters, dimension, jobOf, quiet } from '../support/problem.js';

const [buckets, classes, stride] = [6, 3, 8];
/** Every row has something in its first bucket. */
const rows = (count: number, seed = 1) => {
  const random = seededRandom('counts', count, seed);
  const valueAt = (column: number) => (column < 2 ? 9 : random.integer(3) + (column === 2 ? 1 : 0));
  return {
    vectors: Float32Array.from({ length: count * stride }, (_, index) => valueAt(index % stride)),
    targets: Int32Array.from({ length: count }, () => random.integer(classes)),
    stride,
  };
};
const counted = (of: CountedRows) => countLexical(emptyLexical(buckets, classes), of, classes);

describe('the counts', () => {
  it('are those of each class, of the last columns alone', () => {
    const vectors = Float32Array.of(9, 9, 1, 0, 2, 0, 0, 0, 9, 9, 0, 1, 1, 0, 0, 0);
    const { counts, examples } = counted({ vectors, targets: Int32Array.of(0, 2), stride });
    expect([...counts]).toEqual([1, 0, 0, 0, 0, 1, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect([...examples]).toEqual([1, 0, 1]);
  });

  it('after examples are added and taken out again are as before, and go through a store', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(20), (first, second) => {
        const [kept, gone] = [rows(first, 1), rows(second, 2)];
        const before = counted(kept);
        expect(countLexical(countLexical(before, gone, classes), gone, classes, -1)).toEqual(before);
        expect(unpackLexical(packLexical(before))).toEqual(before);
      }),
    );
  });

  it('have room for classes that come later', () => {
    const few = rows(5);
    const later = countLexical(counted(few), { ...few, targets: few.targets.map(() => 3) }, 4);
    expect(later.classes).toBe(4);
    expect(later.examples[3]).toBe(5);
    expect([0, 1, 2].map((index) => later.examples[index])).toEqual([...counted(few).examples]);
  });
});

describe('what is left of them without an example', () => {
  it('is what they say when it was never counted', () => expectLeftOut(rows(30)));

  it('is what they say when nothing of its group was counted', () => {
    const groups = Array.from({ length: 10 }, (_, group) => [group, group + 10, group + 20]);
    expectLeftOut(rows(30), groups);
  });

  it('leaves the counts as they are', () => {
    const before = counted(rows(30));
    const kept = structuredClone(before);
    leaveGroupsOutLexical(before, rows(30), [[0, 1, 2], [3]]);
    expect(before).toEqual(kept);
  });
});

describe('the weights', () => {
  it('are those of multinomial naive Bayes: the shares of tokens, not of examples', () => {
    // The first class has one text of four tokens, the second three texts of one token each.
    const vectors = Float32Array.of(
      ...[9, 9, 4, 0, 0, 0, 0, 0],
      ...[9, 9, 0, 1, 0, 0, 0, 0],
      ...[9, 9, 0, 1, 0, 0, 0, 0],
    );
    const weights = lexicalWeights(counted({ vectors, targets: Int32Array.of(0, 1, 1), stride }));
    const background = Math.log((0 + 0.1) / (6 + 0.6));
    expect(weights[5 * classes]! + background).toBeCloseTo(Math.log(0.1 / (4 + 0.6)), 12);
    expect(weights[5 * classes + 1]! + background).toBeCloseTo(Math.log(0.1 / (2 + 0.6)), 12);
    expect(weights[1 * classes + 1]! + Math.log((2 + 0.1) / (6 + 0.6))).toBeCloseTo(Math.log(2.1 / (2 + 0.6)), 12);
  });
});

/** Each of the rows as the weights of all others, or of all outside of its group, have it. */
function expectLeftOut(all: CountedRows, groups: readonly (readonly number[])[] = singles(all.targets.length)) {
  const scores = leaveGroupsOutLexical(counted(all), all, groups);
  for (const left of all.targets.keys()) {
    const own = groups.find((group) => group.includes(left))!;
    const others = [...all.targets.keys()].filter((row) => !own.includes(row));
    const without = counted({
      ...all,
      vectors: Float32Array.from(others.flatMap((row) => [...all.vectors.subarray(row * stride, (row + 1) * stride)])),
      targets: Int32Array.from(others, (row) => all.targets[row]!),
    });
    const weights = lexicalWeights(without);
    const counts = all.vectors.subarray(left * stride + 2, (left + 1) * stride);
    const length = Math.sqrt(counts.reduce((a, b) => a + b));
    const wanted = [0, 1, 2].map(
      (index) => counts.reduce((sum, count, bucket) => sum + count * weights[bucket * classes + index]!, 0) / length,
    );
    expect(relativeError(scores.subarray(left * classes, (left + 1) * classes), wanted)).toBeLessThan(1e-10);
  }
}

describe('of sets of labels', () => {
  const sets = [[0, 1], [], [2], [0, 1, 2]];
  const withSets = (count: number, seed = 1) => {
    const random = seededRandom('sets', count, seed);
    return {
      ...rows(count, seed),
      sets,
      targets: Int32Array.from({ length: count }, () => classes + random.integer(sets.length)),
    };
  };

  it('what is left without an example is what they say when it was never counted, one without any label too', () =>
    expectLeftOut(withSets(30)));

  it('are taken out again without a trace, and go through a store', () => {
    const [kept, gone] = [withSets(20, 1), withSets(20, 2)];
    const before = counted(kept);
    expect(countLexical(countLexical(before, gone, classes), gone, classes, -1)).toEqual(before);
    expect(unpackLexical(packLexical(before))).toEqual(before);
  });

  it('tell the only label of a task from texts without it', () => {
    const vectors = Float32Array.of(9, 9, 1, 0, 0, 0, 0, 0, 9, 9, 0, 1, 0, 0, 0, 0);
    const only = { vectors, stride, sets: [[0], []], targets: Int32Array.of(1, 2) };
    const [yes, no] = lexicalWeights(countLexical(emptyLexical(buckets, 1), only, 1));
    expect(yes).toBeGreaterThan(0.3);
    expect(no).toBeLessThan(-0.3);
  });
});

describe('the analytic head with n-grams', () => {
  /** The vectors say little; the class has a word of its own. */
  const withWords = (seed: number): LabelledVectors => {
    const { vectors, targets, ids } = clusters({ classes: [0, 1, 2], perClass: 60, noise: 4, seed });
    const wide = new Float32Array(targets.length * (dimension + 4));
    for (const [row, target] of targets.entries()) {
      wide.set(vectors.subarray(row * dimension, (row + 1) * dimension), row * (dimension + 4));
      wide[row * (dimension + 4) + dimension + target] = 1;
      wide[row * (dimension + 4) + dimension + 3] = 1;
    }
    return { vectors: wide, targets, ids };
  };
  const job = (fresh: LabelledVectors) =>
    jobOf('analytic', 3, { fresh, dimension: dimension + 4, lexical: 4, settings: settingsWith({}) });

  it('reads words where they decide, and says how much they count', async () => {
    const trained = await analytic.train(job(withWords(1)), quiet);
    expect(trained.facts.lexicalShare).toBeGreaterThan(0);
    expect(await accuracyOf(trained, withWords(2))).toBeGreaterThan(0.97);
    const deaf = {
      ...trained,
      head: {
        ...trained.head,
        tensors: { ...trained.head.tensors, lexical: { dims: [4, 3], data: new Float32Array(12) } },
      },
    };
    expect(await accuracyOf(deaf, withWords(2))).toBeLessThan(0.9);
  });

  it('is not led astray by words that say nothing', async () => {
    const noise = withWords(1);
    const mixed = { ...noise, vectors: clusters({ classes: [0, 1, 2], perClass: 60, noise: 0.3, seed: 1 }).vectors };
    const wide = new Float32Array(noise.vectors.length);
    const dice = seededRandom('words');
    for (let row = 0; row < 180; row++) {
      wide.set(mixed.vectors.subarray(row * dimension, (row + 1) * dimension), row * (dimension + 4));
      wide[row * (dimension + 4) + dimension + dice.integer(4)] = 1;
    }
    const fresh = { ...noise, vectors: wide };
    expect(await accuracyOf(await analytic.train(job(fresh), quiet), fresh)).toBe(1);
  });
});
