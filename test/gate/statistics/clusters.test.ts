import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupUnits, type Units, unitsOf } from '#espalier/gate/statistics/clusters.js';

/** The cases of each unit. */
const membersOf = ({ count, starts, members }: Units) =>
  Array.from({ length: count }, (_, unit) => [...members.subarray(starts[unit]!, starts[unit + 1]!)]);

describe('unitsOf', () => {
  it('are single cases, or the clusters in the order they are met', () => {
    expect(membersOf(unitsOf(3))).toEqual([[0], [1], [2]]);
    expect(membersOf(unitsOf(5, ['b', 'a', 'b', 'c', 'a']))).toEqual([[0, 2], [1, 4], [3]]);
  });
});

describe('groupUnits', () => {
  it('parts neighbours, and leaves few units as they are', () => {
    expect(membersOf(groupUnits(unitsOf(7), 3))).toEqual([
      [0, 3, 6],
      [1, 4],
      [2, 5],
    ]);
    expect(membersOf(groupUnits(unitsOf(3), 3))).toEqual([[0], [1], [2]]);
  });

  it('keeps clusters whole and every case once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(8), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 6 }),
        (clusters, most) => {
          const groups = membersOf(groupUnits(unitsOf(clusters.length, clusters), most));
          expect(groups.flat().sort((a, b) => a - b)).toEqual(clusters.map((_, index) => index));
          const groupsWith = (cluster: number) =>
            groups.filter((group) => group.some((index) => clusters[index] === cluster));
          for (const cluster of clusters) expect(groupsWith(cluster)).toHaveLength(1);
        },
      ),
    );
  });
});
