/** All kinds of head. A new one is a forward expression in a file of its own and a place in this array; gradient, training, file and test follow. */
import { EspalierError } from '../core/errors.js';
import { currentExtensions } from '../core/extensions.js';
import { suggestAmong } from '../core/text.js';
import { minibatch } from './autodiff/expression.js';
import { bottleneckHead } from './heads/bottleneck.js';
import { cosineHead } from './heads/cosine.js';
import { linearHead } from './heads/linear.js';
import { progressiveHead } from './heads/progressive.js';
import { ridgeHead } from './heads/ridge.js';
import { sldaHead } from './heads/slda.js';
import type { HeadKind, HeadOutputs, HeadShape } from './job.js';

export const headKinds: readonly HeadKind[] = [ridgeHead, linearHead, cosineHead, bottleneckHead, progressiveHead, sldaHead];

/** The built-in kinds, and those that the workspace adds. */
export function allHeadKinds(): readonly HeadKind[] {
  return [...headKinds, ...(currentExtensions().members.head as readonly HeadKind[])];
}

/** @throws HEAD_UNKNOWN */
export function headKindNamed(name: string): HeadKind {
  const found = allHeadKinds().find((kind) => kind.name === name);
  if (found) return found;
  const hint = suggestAmong(
    name,
    allHeadKinds().map((kind) => kind.name),
  );
  throw new EspalierError('HEAD_UNKNOWN', `no head is called \`${name}\``, { hint });
}

/** The formula for a row of `x` [1, d] and `counts` [1, lexical], and so of any number of them: no operation of a head looks at how many there are. */
export function formulaOf(kind: HeadKind, shape: HeadShape): HeadOutputs {
  const inputs = minibatch('x', [1, shape.dimension - shape.lexical]);
  return kind.forward({ inputs, counts: minibatch('counts', [1, shape.lexical]) }, shape);
}

/**
 * Whether a kind of head changes the embedding before it reads the scores off it. A head that does not cannot change what the encoder is good for: with
 * the same encoder fingerprint its adapted embedding is the encoder's own.
 */
export function movesEmbedding(kind: string): boolean {
  return headKindNamed(kind).moves === true;
}
