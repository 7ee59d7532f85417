/** The texts of an intake that are looked at. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { textHash } from '#espalier/core/text.js';
import { TextSample } from '#espalier/intake/text-sample.js';

const sampled = (texts: readonly string[], size: number) => {
  const sample = new TextSample(size);
  for (const text of texts) sample.offer(textHash(text), text);
  return { texts: sample.texts(), offered: sample.offered };
};

it('holds the texts with the smallest hashes, in whatever order they come', () => {
  const texts = fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 60 });
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 12 }), (offered, size) => {
      const byHash = [...offered].sort((a, b) => (textHash(a) < textHash(b) ? -1 : 1));
      expect(sampled(offered, size)).toEqual({ texts: byHash.slice(0, size), offered: offered.length });
      expect(sampled([...offered].reverse(), size).texts).toEqual(byHash.slice(0, size));
    }),
  );
});

it('holds about as many of each kind as there are, where some are rare', () => {
  const texts = Array.from({ length: 20_000 }, (_, index) => (index % 10 === 0 ? `rare ${index}` : `common ${index}`));
  const rare = sampled(texts, 2000).texts.filter((text) => text.startsWith('rare')).length;
  expect(rare).toBeGreaterThan(150);
  expect(rare).toBeLessThan(250);
});
