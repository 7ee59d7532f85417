/** Settings specific to a kind of head, read from `training` of adapter.yaml. */
import { z } from 'zod';
import { EspalierError } from '../core/errors.js';
import { mostTelling, type SettingsShape, type TrainingSettings } from '../declaration/declaration.js';

/**
 * The settings of the keys of `shape`; a setting that is missing has its default.
 * @throws DECLARATION_INVALID naming the key, if a program set a value that adapter.yaml could not contain
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
