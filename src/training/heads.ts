/**
 * All kinds of head. A new kind needs one file in heads/, with its formula, settings, sizes and ways of training, and
 * one entry in this array; gradient, training, files, adapter.yaml and tests follow from it. docs/extending.md shows an
 * example.
 */
import { faultOfKeys } from '../core/added-keys.js';
import { memberNamed, membersOf, type Named } from '../core/extensions.js';
import { type SettingsShape, type TrainingSettings, trainingKeys } from '../declaration/declaration.js';
import { minibatch } from './autodiff/expression.js';
import { bottleneckHead } from './heads/bottleneck.js';
import { cosineHead } from './heads/cosine.js';
import { linearHead } from './heads/linear.js';
import { progressiveHead } from './heads/progressive.js';
import { ridgeHead } from './heads/ridge.js';
import { sldaHead } from './heads/slda.js';
import type { Head, HeadKind, HeadOutputs, HeadShape, InputSizes } from './job.js';

/** Among the kinds that gradient strategies train, the default comes first. */
export const headKinds: readonly HeadKind[] = [
  linearHead,
  cosineHead,
  bottleneckHead,
  ridgeHead,
  progressiveHead,
  sldaHead,
];

/** Names of the kinds that every gradient strategy trains, the default first. */
export const gradientHeads: readonly string[] = headKinds
  .filter(({ trainable }) => trainable === true)
  .map(({ name }) => name);

/** The settings of all kinds: keys that adapter.yaml may hold under `training`. */
export const headSettings: SettingsShape = Object.assign({}, ...headKinds.map(({ settings }) => settings ?? {}));

/** Finds the problem in a kind of head that a workspace adds; undefined if there is none. */
export function faultOfHead(kind: Named, others: readonly Named[]): string | undefined {
  const settingsOf = (other: Named) => (other as HeadKind).settings ?? {};
  return faultOfKeys(settingsOf(kind), Object.assign({}, trainingKeys, headSettings, ...others.map(settingsOf)));
}

/** The built-in kinds, followed by those that the workspace adds. */
export function allHeadKinds(): readonly HeadKind[] {
  return membersOf('head', headKinds);
}

/**
 * @throws HEAD_UNKNOWN
 * @example headKindNamed('linear').trainable // true
 */
export function headKindNamed(name: string): HeadKind {
  return memberNamed(allHeadKinds(), name, { code: 'HEAD_UNKNOWN', noun: 'head' });
}

/**
 * The formula for one row of `x` [1, d] and `counts` [1, lexical]. It holds for any number of rows, since no operation
 * of a head depends on the number of rows.
 */
export function formulaOf(kind: HeadKind, shape: HeadShape): HeadOutputs {
  const inputs = minibatch('x', [1, shape.dimension - shape.lexical]);
  return kind.forward({ inputs, counts: minibatch('counts', [1, shape.lexical]) }, shape);
}

/**
 * Whether a kind of head changes the embedding before it computes the scores. A head that does not cannot affect the
 * suites of the encoder: with the same encoder fingerprint its adapted embedding is the encoder's own.
 */
export function movesEmbedding(kind: string): boolean {
  return headKindNamed(kind).moves === true;
}

/** Whether no update can continue from a head because an earlier Espalier computed its kind differently. */
export function isOutdated({ kind, shape }: Head): boolean {
  return headKindNamed(kind).isOutdated?.(shape) === true;
}

/**
 * The sizes specific to the kind: those of a new head, or those that an earlier head was built with. Sizes of other
 * kinds are dropped.
 */
export function ownSizes(
  kind: HeadKind,
  settings: TrainingSettings,
  { inputs, kept }: { inputs: InputSizes; kept: HeadShape | undefined },
) {
  const usual = kind.sizes?.(settings, inputs) ?? {};
  return kept
    ? Object.fromEntries(Object.keys(usual).flatMap((size) => (kept[size] === undefined ? [] : [[size, kept[size]]])))
    : usual;
}
