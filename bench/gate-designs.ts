/**
 * How the answers of a simulated suite hang together: what bench/gate.ts draws. Of every design the expected loss is
 * exactly `loss`.
 */
import type { Random } from '../src/core/random.js';
import type { PairedSuite } from '../src/gate/paired.js';

interface Draw {
  readonly cases: number;
  readonly loss: number;
  /** Share of the cases that change by chance, as often for the better as for the worse. */
  readonly flipRate: number;
}

interface Answers {
  readonly champion: number[];
  readonly candidate: number[];
  readonly clusters: readonly string[] | null;
}

export interface Design {
  readonly name: 'independent' | 'clustered' | 'graded';
  readonly metric: string;
  /** Of its random numbers; none for the design that was here first. */
  readonly seed: readonly string[];
  /** @param mean of the champion's scores */
  readonly draw: (draw: Draw, mean: number, random: Random) => Answers;
}

/** Right or wrong, each case by itself. */
export const independent: Design = {
  ...{ name: 'independent', metric: 'accuracy', seed: [] },
  draw({ cases, loss, flipRate }, mean, random) {
    const pairs = Array.from({ length: cases }, () => answerPair(loss, flipRate, mean, random));
    return { champion: pairs.map(([before]) => before), candidate: pairs.map(([, after]) => after), clusters: null };
  },
};

const casesASource = 5;
const correlation = 0.5;

/**
 * Right or wrong, five cases a source. A case answers as its source does with probability sqrt(0.5) and by itself
 * otherwise, so that answers, and flips, of one source correlate by 0.5.
 */
export const clustered: Design = {
  ...{ name: 'clustered', metric: 'accuracy', seed: ['clustered'] },
  draw({ cases, loss, flipRate }, mean, random) {
    const sources = Array.from({ length: Math.ceil(cases / casesASource) }, () =>
      answerPair(loss, flipRate, mean, random),
    );
    const sourceOf = (index: number) => Math.floor(index / casesASource);
    const pairs = Array.from({ length: cases }, (_, index) =>
      random.uniform() < Math.sqrt(correlation) ? sources[sourceOf(index)]! : answerPair(loss, flipRate, mean, random),
    );
    const clusters = pairs.map((_, index) => `source ${sourceOf(index)}`);
    return { champion: pairs.map(([before]) => before), candidate: pairs.map(([, after]) => after), clusters };
  },
};

/** How much more often a score changes than an answer flips. */
const changesAFlip = 5;

/**
 * Scores from 0 to 1 with density proportional to s^(mean / (1 - mean) - 1). Of the cases a tenth, at 2 % flips, is
 * scored anew; what is lost falls to 0.
 */
export const graded: Design = {
  ...{ name: 'graded', metric: 'ndcg@10', seed: ['graded'] },
  draw({ cases, loss, flipRate }, mean, random) {
    const score = () => random.uniform() ** (1 / mean - 1);
    const champion = Array.from({ length: cases }, score);
    const candidate = champion.map((before) => {
      if (random.uniform() < loss / mean) return 0;
      return random.uniform() < changesAFlip * flipRate ? score() : before;
    });
    return { champion, candidate, clusters: null };
  },
};

/** Before and after. */
function answerPair(loss: number, flipRate: number, mean: number, random: Random): readonly [number, number] {
  const draw = random.uniform();
  const gains = flipRate / 2;
  const loses = flipRate / 2 + loss;
  if (draw < gains) return [0, 1];
  if (draw < gains + loses) return [1, 0];
  const answer = Number(random.uniform() < mean);
  return [answer, answer];
}

/** Champions score between 0.6 and 0.9. */
export function drawSuite(name: string, { metric, draw }: Design, how: Draw, random: Random): PairedSuite {
  const answers = draw(how, 0.6 + 0.3 * random.uniform(), random);
  const plain = { family: 'general', chance: 0, gold: [], anchor: null, leftOut: 0, uses: 0, role: 'judged' } as const;
  return { ...plain, name, metric, ...answers };
}
