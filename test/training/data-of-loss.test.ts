import { describe, expect, it } from 'vitest';
import { joinData } from '#espalier/training/data-of-loss.js';
import { gradientStrategy } from '#espalier/training/gradient-strategy.js';
import { clusters, jobOf, quiet } from '../support/problem.js';

const fresh = clusters({ classes: [0, 1, 2], perClass: 6, noise: 0.4, seed: 1 });

/** Plain fine-tuning whose author also brings data of that name. */
const bringing = (name: string) =>
  gradientStrategy({
    name: 'bringing',
    summary: 'brings data of its own',
    replays: false,
    objective({ draw, forward }) {
      const drawn = draw('fresh');
      return { loss: drawn.crossEntropy(forward(drawn).scores), data: { [name]: new Float32Array(18) } };
    },
  });

describe('the data that a loss draws from', () => {
  it('are all of its parts', () => {
    const [x, y] = [Float32Array.of(1), Int32Array.of(2)];
    expect(joinData({ x }, undefined, { y })).toEqual({ x, y });
  });

  it.each(['x', 'y', 'order.fresh'])(
    'have one owner each: a strategy that brings another `%s` is refused, and loses nothing silently',
    async (name) => {
      await expect(bringing(name).train(jobOf('bringing', 3, { fresh }), quiet)).rejects.toThrow(
        `two parts of a loss both bring data called \`${name}\``,
      );
    },
  );
});
