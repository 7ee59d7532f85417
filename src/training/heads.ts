/** All kinds of head. A new one is a forward expression in a file of its own and a place in this array; gradient, training, file and test follow. */
import { EspalierError } from '../core/errors.js';
import { nearestName } from '../core/text.js';
import { bottleneckHead } from './heads/bottleneck.js';
import { cosineHead } from './heads/cosine.js';
import { linearHead } from './heads/linear.js';
import { progressiveHead } from './heads/progressive.js';
import { ridgeHead } from './heads/ridge.js';
import { sldaHead } from './heads/slda.js';
import type { HeadKind } from './job.js';

export const headKinds: readonly HeadKind[] = [ridgeHead, linearHead, cosineHead, bottleneckHead, progressiveHead, sldaHead];

/** @throws HEAD_UNKNOWN */
export function headKindNamed(name: string): HeadKind {
  const found = headKinds.find((kind) => kind.name === name);
  if (found) return found;
  const names = headKinds.map((kind) => kind.name);
  const near = nearestName(name, names);
  const hint = near === undefined ? `There is: ${names.join(', ')}.` : `Did you mean \`${near}\`?`;
  throw new EspalierError('HEAD_UNKNOWN', `no head is called \`${name}\``, { hint });
}
