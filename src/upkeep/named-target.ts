/** Errors of what is put together under an unfinished name, told with the name that it would have got. */
import { EspalierError } from '../core/errors.js';
import { diskError } from '../core/files.js';

/** @param unfinished the path that stands in the error; `target` takes its place, with everything below it */
export function errorAt(thrown: unknown, { unfinished, target }: { unfinished: string; target: string }): unknown {
  const error = diskError(thrown, target);
  if (!(error instanceof EspalierError) || !error.message.includes(unfinished)) return error;
  const { code, hint, parameters, choices, result } = error;
  return new EspalierError(code, error.message.replaceAll(pathsBelow(unfinished), target), {
    ...{ at: { file: target }, hint, parameters, choices, result, cause: error },
  });
}

/** The path, and whatever follows it without a space. */
const pathsBelow = (path: string) => new RegExp(`${path.replace(/[^\w/]/g, '\\$&')}[^\\s]*`, 'g');
