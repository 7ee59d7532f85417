/** Loads a file of a model, and names the file in the error if that fails. */
import { EspalierError, messageOf } from '../core/errors.js';

/** @throws ENCODER_INVALID */
export async function orInvalid<T>(file: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (thrown) {
    throw new EspalierError('ENCODER_INVALID', `${file} cannot be loaded: ${messageOf(thrown)}`, {
      at: { file },
      hint: 'Remove it and fetch it again: it may be truncated.',
      cause: thrown,
    });
  }
}
