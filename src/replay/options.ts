/** The options of a replay policy: `buffer.options` in adapter.yaml. */
import { z } from 'zod';
import { EspalierError } from '../core/errors.js';
import { nearestName } from '../core/text.js';
import { mostTelling, type SettingsShape } from '../declaration/declaration.js';
import type { PolicyOptions, ReplayPolicy } from './policy.js';

/**
 * The options of the keys of `shape`; one that is not set has its usual value.
 * @throws DECLARATION_INVALID naming the key, where a value is not what its schema allows
 * @example const { share } = readOptions({ share: z.number().gt(0).max(1).default(0.5) }, selection.options);
 */
export function readOptions<Shape extends SettingsShape>(
  shape: Shape,
  options: PolicyOptions = {},
): z.infer<z.ZodObject<Shape>> {
  const parsed = z.object(shape).safeParse(options);
  if (parsed.success) return parsed.data;
  const { message, path } = mostTelling(parsed.error.issues);
  throw new EspalierError('DECLARATION_INVALID', message, { at: { field: ['buffer.options', ...path].join('.') } });
}

/** @throws DECLARATION_INVALID for an option that the policy does not have, or out of its bounds */
export function checkOptions({ name, options: shape = {} }: ReplayPolicy, options: PolicyOptions): void {
  const known = Object.keys(shape);
  const unknown = Object.keys(options).find((option) => !known.includes(option));
  if (unknown !== undefined)
    throw new EspalierError('DECLARATION_INVALID', `the replay policy ${name} has no option \`${unknown}\``, {
      at: { field: `buffer.options.${unknown}` },
      hint: hintFor(unknown, known),
    });
  readOptions(shape, options);
}

function hintFor(unknown: string, known: readonly string[]): string {
  const near = nearestName(unknown, known);
  if (near !== undefined) return `Did you mean \`${near}\`?`;
  return known.length === 0 ? 'It has none.' : `It has: ${known.join(', ')}.`;
}
