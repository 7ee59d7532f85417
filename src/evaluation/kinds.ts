/**
 * All kinds of suite. A new kind needs one file in kinds/ and one entry in this array; reading, checking, scoring and
 * the gate need no change.
 */
import { EspalierError } from '../core/errors.js';
import { describeConfig, membersOf } from '../core/extensions.js';
import { suggestAmong } from '../core/text.js';
import type { Case, Kind } from './kind.js';
import { bias } from './kinds/bias.js';
import { calibration } from './kinds/calibration.js';
import { classification } from './kinds/classification.js';
import { clustering } from './kinds/clustering.js';
import { contrast } from './kinds/contrast.js';
import { knn } from './kinds/knn.js';
import { multiLabel } from './kinds/multi-label.js';
import { outOfScope } from './kinds/out-of-scope.js';
import { pairClassification } from './kinds/pair-classification.js';
import { probe } from './kinds/probe.js';
import { retrieval } from './kinds/retrieval.js';
import { robustness } from './kinds/robustness.js';
import { scope } from './kinds/scope.js';
import { stability } from './kinds/stability.js';
import { sts } from './kinds/sts.js';

export const kinds = [
  classification,
  multiLabel,
  stability,
  scope,
  contrast,
  probe,
  knn,
  sts,
  pairClassification,
  retrieval,
  clustering,
  outOfScope,
  robustness,
  calibration,
  bias,
] as const;

export type KnownKind = (typeof kinds)[number];

/** Name of a built-in kind, or of one that the workspace adds. */
export type KindName = KnownKind['name'] | (string & {});

/**
 * A kind as called for cases that were read with its own schema: the compiler need not know which kind it is or whether
 * the workspace adds it.
 */
export type AnyKind = Kind<KnownKind['name'], Case>;

/** The built-in kinds, followed by those that the workspace adds. */
export function allKinds(): readonly AnyKind[] {
  return membersOf('suite kind', kinds as unknown as readonly AnyKind[]);
}

/** Whether suites of a kind test the head's answers in a task; the others test the embedding. */
export const examinesAnswers = (kind: KindName): boolean => kindNamed(kind).examines === 'answers';

/** Names of the kinds that test the head on a task whose texts have one label, or a set of labels. */
export function kindsThatAsk(answer: NonNullable<AnyKind['asks']>): string[] {
  return allKinds()
    .filter(({ examines, asks = answer }) => examines === 'answers' && asks === answer)
    .map(({ name }) => name);
}

/**
 * @throws SUITE_INVALID if no kind has the name
 * @example kindNamed('classification').metric.name // 'accuracy'
 */
export function kindNamed(name: KindName): AnyKind {
  const found = allKinds().find((kind) => kind.name === name);
  if (found) return found;
  const names = allKinds().map((kind) => kind.name);
  throw new EspalierError('SUITE_INVALID', `no kind of suite is called \`${name}\``, {
    hint: `${suggestAmong(name, names)} ${describeConfig('one of that name')}`,
    choices: names,
  });
}
