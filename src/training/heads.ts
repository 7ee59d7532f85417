/**
 * All kinds of head. A new one is one file in heads/ and one place in this array: its formula, settings, sizes and what
 * it can be trained by stand in its file; gradient, training, files, adapter.yaml and tests follow. docs/extending.md
 * does it once.
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

/** Those that gradient strategies train begin with the usual one. */
export const headKinds: readonly HeadKind[] = [
  linearHead,
  cosineHead,
  bottleneckHead,
  ridgeHead,
  progressiveHead,
  sldaHead,
];

/** Names of the kinds that every gradient strategy trains, the usual one first. */
export const gradientHeads: readonly string[] = headKinds
  .filter(({ trainable }) => trainable === true)
  .map(({ name }) => name);

/** The settings of all kinds: keys that adapter.yaml may hold under `training`. */
export const headSettings: SettingsShape = Object.assign({}, ...headKinds.map(({ settings }) => settings ?? {}));

/** What is wrong with a kind of head that a workspace adds; undefined: nothing. */
export function faultOfHead(kind: Named, others: readonly Named[]): string | undefined {
  const settingsOf = (other: Named) => (other as HeadKind).settings ?? {};
  return faultOfKeys(settingsOf(kind), Object.assign({}, trainingKeys, headSettings, ...others.map(settingsOf)));
}

/** The built-in kinds, and those that the workspace adds. */
export function allHeadKinds(): readonly HeadKind[] {
  return membersOf('head', headKinds);
}

/** @throws HEAD_UNKNOWN */
export function headKindNamed(name: string): HeadKind {
  return memberNamed(allHeadKinds(), name, { code: 'HEAD_UNKNOWN', noun: 'head' });
}

/**
 * The formula for a row of `x` [1, d] and `counts` [1, lexical], and so of any number of them: no operation of a head
 * looks at how many there are.
 */
export function formulaOf(kind: HeadKind, shape: HeadShape): HeadOutputs {
  const inputs = minibatch('x', [1, shape.dimension - shape.lexical]);
  return kind.forward({ inputs, counts: minibatch('counts', [1, shape.lexical]) }, shape);
}

/**
 * Whether a kind of head changes the embedding before it reads the scores off it. A head that does not cannot change
 * what the encoder is good for: with the same encoder fingerprint its adapted embedding is the encoder's own.
 */
export function movesEmbedding(kind: string): boolean {
  return headKindNamed(kind).moves === true;
}

/** Whether no update can go on from a head, since an earlier Espalier computed its kind otherwise. */
export function isOutdated({ kind, shape }: Head): boolean {
  return headKindNamed(kind).isOutdated?.(shape) === true;
}

/**
 * The kind's own sizes: of a new head, or those that an earlier one was built with. Sizes of other kinds that it may
 * bear are left behind.
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
