/**
 * Chains of updates that each lose a little: how many the anchor stops, how much is gone by then, and what it costs
 * updates that lose nothing. Every update is judged by the gate on the same held-out cases; what passes becomes the
 * champion, what does not is tried again.
 */

import { type Random, seededRandom } from '../src/core/random.js';
import { gatePolicy } from '../src/declaration/gate-policy.js';
import { judgeSuites } from '../src/gate/gate.js';
import { usualAnchorFactor } from '../src/gate/limits.js';
import type { PairedSuite } from '../src/gate/paired.js';

/**
 * How answers change from version to version though nothing is lost. accumulating: every case may flip, and stays
 * flipped until it flips again, so that flips pile up against the anchor. returning: a few doubtful cases answer anew
 * every time, and the others never change. measured: one flip in eight accumulates, as in 16 and 30 updates of
 * BANKING77 and CLINC150 with the default strategy.
 */
export type FlipModel = 'accumulating' | 'returning' | 'measured';
const accumulatingShare: Record<FlipModel, number> = { accumulating: 1, returning: 0, measured: 1 / 8 };

export interface ChainSetting {
  readonly flips: FlipModel;
  readonly n: number;
  readonly margin: number;
  /** Of the anchor's margin; null: no anchor. */
  readonly factor: number | null;
}

export interface ChainRow extends ChainSetting {
  readonly design: 'chain';
  /** Of each update, as a share. */
  readonly trueLoss: number;
  /** Share of the updates that passed; and that the anchor let through. */
  readonly pass: number;
  readonly passedAnchor: number;
  /** Share of the chains that the anchor refused for the first time, or that ended, before its margin was gone. */
  readonly stopped: number;
  /** Share of the chains that after 30 tries were within the anchor's margin, and within the declared one. */
  readonly withinAnchor: number;
  readonly withinMargin: number;
  /** Mean loss after 30 tries. */
  readonly lost: number;
  readonly trials: number;
}

const updates = 30;
const accuracy = 0.85;

export function playChains(
  setting: ChainSetting,
  trueLoss: number,
  { trials, flipRate, seed }: ChainOptions,
): ChainRow {
  const chains = Array.from({ length: trials }, (_, trial) => {
    const random = seededRandom(seed, 'chain', setting.flips, setting.n, setting.margin, trueLoss, trial);
    return playChain(setting, { trueLoss, flipRate }, random);
  });
  // Where there is no anchor, loss is held against the margin that there would be.
  const limit = (setting.factor ?? usualAnchorFactor) * setting.margin + 1e-9;
  const share = (holds: (chain: Chain) => boolean) => chains.filter(holds).length / trials;
  const mean = (measure: (chain: Chain) => number) => chains.reduce((sum, chain) => sum + measure(chain), 0) / trials;
  return {
    ...{ design: 'chain', ...setting, trueLoss, trials },
    pass: mean(({ passed }) => passed / updates),
    passedAnchor: mean(({ passedAnchor }) => passedAnchor / updates),
    stopped: share(({ lost, lostAtRefusal }) => Math.min(lost, lostAtRefusal) <= limit),
    withinAnchor: share(({ lost }) => lost <= limit),
    withinMargin: share(({ lost }) => lost <= setting.margin + 1e-9),
    lost: mean(({ lost }) => lost),
  };
}

export interface ChainOptions {
  readonly trials: number;
  readonly flipRate: number;
  readonly seed: number;
}

interface Chain {
  readonly passed: number;
  readonly passedAnchor: number;
  readonly lost: number;
  /** What had been lost when the anchor first refused; Infinity: it never did. */
  readonly lostAtRefusal: number;
}

interface Version {
  readonly answers: readonly number[];
  /** [cases] whether the case answers anew every time. */
  readonly doubtful: readonly boolean[];
}

interface Change {
  readonly trueLoss: number;
  readonly flipRate: number;
}

function playChain({ flips, n, margin, factor }: ChainSetting, change: Change, random: Random): Chain {
  const policy = gatePolicy.parse({ margin, anchor: factor === null ? false : { factor } });
  const lasting = accumulatingShare[flips] * change.flipRate;
  const first = firstVersion(n, 2 * (change.flipRate - lasting), random);
  let [champion, passed, passedAnchor, refusals] = [first, 0, 0, 0];
  let lostAtRefusal = Number.POSITIVE_INFINITY;
  for (let update = 0; update < updates; update++) {
    const lost = passed * change.trueLoss;
    const candidate = nextVersion(champion, { lasting, trueLoss: change.trueLoss, accuracy: accuracy - lost }, random);
    const suite = pairUp({ champion, candidate, anchor: factor === null ? null : first });
    const findings = judgeSuites([suite], policy, 7, { field: 1, refusals }).flatMap((row) => row.findings);
    const isRefused = findings.some(({ rule, verdict }) => rule === 'anchor' && verdict !== 'pass');
    if (isRefused) {
      refusals++;
      lostAtRefusal = Math.min(lostAtRefusal, lost);
    } else passedAnchor++;
    if (findings.some(({ verdict }) => verdict !== 'pass')) continue;
    [champion, refusals] = [candidate, 0];
    passed++;
  }
  return { passed, passedAnchor, lost: passed * change.trueLoss, lostAtRefusal };
}

function firstVersion(n: number, doubtfulShare: number, random: Random): Version {
  const doubtful = Array.from({ length: n }, () => random.uniform() < doubtfulShare);
  return { doubtful, answers: doubtful.map((isDoubtful) => Number(random.uniform() < (isDoubtful ? 0.5 : accuracy))) };
}

interface Step {
  /** Share of all cases that flip for good, as often either way. */
  readonly lasting: number;
  readonly trueLoss: number;
  /** Of all versions like the one before. */
  readonly accuracy: number;
}

function nextVersion(
  { answers, doubtful }: Version,
  { lasting, trueLoss, accuracy: share }: Step,
  random: Random,
): Version {
  const loses = (lasting / 2 + trueLoss) / share;
  const gains = lasting / 2 / (1 - share);
  const next = answers.map((answer, index) => {
    const draw = random.uniform();
    if (doubtful[index]) return Number(draw < 0.5);
    return answer === 1 ? Number(draw >= loses) : Number(draw < gains);
  });
  return { answers: next, doubtful };
}

function pairUp({
  champion,
  candidate,
  anchor,
}: {
  champion: Version;
  candidate: Version;
  anchor: Version | null;
}): PairedSuite {
  return {
    ...{
      name: 'holdout/one',
      metric: 'accuracy',
      family: 'holdout',
      chance: 0,
      gold: [],
      clusters: null,
      role: 'earlier',
    },
    ...{
      leftOut: 0,
      uses: 0,
      champion: champion.answers,
      candidate: candidate.answers,
      anchor: anchor?.answers ?? null,
    },
  };
}
