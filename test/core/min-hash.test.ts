/** Signatures estimate the similarity without bias, and bands find the share of pairs that the formula says. */
import { describe, expect, it } from 'vitest';
import { bandingFor, chanceToMeet, MinHasher } from '#espalier/core/min-hash.js';
import { pickOne, type Random, seededRandom } from '#espalier/core/random.js';
import { shinglesOf, similarityOf } from '#espalier/core/shingles.js';
import { storedBanding } from '#espalier/intake/near-check.js';

/** Two random sets with about this similarity. */
function pairOf(random: Random, similarity: number): [Int32Array, Int32Array] {
  const draw = () => random.integer(2 ** 32) | 0;
  const size = 60 + random.integer(60);
  const shared = Math.round((2 * size * similarity) / (1 + similarity));
  const common = Array.from({ length: shared }, draw);
  const fill = () => Int32Array.from([...common, ...Array.from({ length: size - shared }, draw)]).sort();
  return [fill(), fill()];
}

const share = (a: Int32Array, b: Int32Array) => a.filter((hash, band) => hash === b[band]).length / a.length;

describe('single minima', () => {
  const hasher = new MinHasher({ bands: 120, rows: 1 });
  it.each([0.1, 0.3, 0.5, 0.8, 0.95])(
    'agree in a share of about %d, with the deviation of independent draws',
    (similarity) => {
      const random = seededRandom('min-hash test', String(similarity));
      const scores = Array.from({ length: 600 }, () => {
        const [a, b] = pairOf(random, similarity);
        const exact = similarityOf(a, b);
        const deviation = Math.sqrt((exact * (1 - exact)) / 120);
        return (share(hasher.bandsOf(a), hasher.bandsOf(b)) - exact) / deviation;
      });
      const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
      const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length;
      // Standard errors of 600 draws: 0.041 of the mean, 0.058 of the variance.
      expect(Math.abs(mean)).toBeLessThan(0.2);
      expect(variance).toBeGreaterThan(0.75);
      expect(variance).toBeLessThan(1.25);
    },
  );

  it('of texts that differ by a word agree as often as those of random sets', () => {
    const random = seededRandom('min-hash test', 'texts');
    const syllables = ['ba', 'de', 'fi', 'go', 'hu', 'la', 'me', 'ni', 'po', 'ru'];
    const word = () => Array.from({ length: 3 }, () => pickOne(syllables, random)).join('');
    let error = 0;
    for (let pair = 0; pair < 600; pair++) {
      const text = Array.from({ length: 9 }, word).join(' ');
      const [a, b] = [shinglesOf(text), shinglesOf(`${text} ${word()}`)];
      error += share(hasher.bandsOf(a), hasher.bandsOf(b)) - similarityOf(a, b);
    }
    // Standard error: 0.0012.
    expect(Math.abs(error / 600)).toBeLessThan(0.006);
  });
});

describe('bands', () => {
  it.each([0.5, 0.7, 0.8, 0.9])('of pairs with a similarity of %d meet as often as the formula says', (similarity) => {
    const random = seededRandom('bands test', String(similarity));
    const hasher = new MinHasher(storedBanding);
    let met = 0;
    let expected = 0;
    for (let pair = 0; pair < 1000; pair++) {
      const [a, b] = pairOf(random, similarity);
      if (share(hasher.bandsOf(a), hasher.bandsOf(b)) > 0) met++;
      expected += chanceToMeet(similarityOf(a, b), storedBanding);
    }
    expect(Math.abs(met - expected)).toBeLessThan(4 * Math.sqrt(1000 * 0.25));
  });

  it('that are chosen for a threshold find at least 99 % of the pairs at it', () => {
    for (let threshold = 0.5; threshold <= 1; threshold += 0.01) {
      const banding = bandingFor(threshold);
      expect(chanceToMeet(threshold, banding)).toBeGreaterThanOrEqual(0.99);
      expect(banding.bands * banding.rows).toBeLessThanOrEqual(120);
    }
  });

  it('that are stored find what docs/adapter.md says', () => {
    const percent = (similarity: number) => Math.round(100 * chanceToMeet(similarity, storedBanding));
    expect([0.7, 0.8, 0.9].map(percent)).toEqual([78, 97, 100]);
  });

  it('that are stored never change: an earlier store must find its examples', () => {
    const shingles = shinglesOf('where is my parcel');
    expect([...new MinHasher(storedBanding).bandsOf(shingles, 7)]).toMatchInlineSnapshot(`
      [
        -1301006531,
        -1514125475,
        -1042316442,
        -1998497375,
        2108201360,
        -198219614,
        943718965,
        -1788751156,
        1626131473,
        -1787648629,
        -301136138,
        1886803717,
      ]
    `);
  });

  it('of different salts, and different bands of one set, do not meet', () => {
    const hasher = new MinHasher(storedBanding);
    const shingles = shinglesOf('where is my parcel');
    const all = [...hasher.bandsOf(shingles, 1), ...hasher.bandsOf(shingles, 2)];
    expect(new Set(all).size).toBe(all.length);
    expect(hasher.bandsOf(shingles, 1)).toEqual(hasher.bandsOf(shingles, 1));
    // One shingle gives every row the same set to choose from.
    expect(new Set(hasher.bandsOf(shinglesOf('aaaaaaaaaaaa'))).size).toBe(storedBanding.bands);
  });

  it('of a text without shingles are none', () => {
    expect(new MinHasher(storedBanding).bandsOf(shinglesOf(''))).toHaveLength(0);
  });

  it('are the same whatever was hashed before', () => {
    const fresh = new MinHasher(storedBanding);
    const used = new MinHasher(storedBanding);
    used.bandsOf(shinglesOf('a much longer text that fills the scratch space '.repeat(40)));
    expect(used.bandsOf(shinglesOf('short'))).toEqual(fresh.bandsOf(shinglesOf('short')));
  });
});
