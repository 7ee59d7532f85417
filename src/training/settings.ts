/** Settings that a kind of head owns, read out of `training` of adapter.yaml. */
import { z } from 'zod';
import { EspalierError } from '../core/errors.js';
import { mostTelling, type SettingsShape, type TrainingSettings } from '../declaration/declaration.js';

/**
 * The settings of the keys of `shape`; one that is not set has its usual value.
 * @throws DECLARATION_INVALID naming the key, where a program set what adapter.yaml could not hold
 */
export function readSettings<Shape extends SettingsShape>(
  shape: Shape,
  settings: TrainingSettings,
): z.infer<z.ZodObject<Shape>> {
  const parsed = z.object(shape).safeParse(settings);
  if (parsed.success) return parsed.data;
  const { message, path } = mostTelling(parsed.error.issues);
  throw new EspalierError('DECLARATION_INVALID', message, { at: { field: ['training', ...path].join('.') } });
}
