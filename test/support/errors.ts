import { expect } from 'vitest';
import { EspalierError } from '#espalier/core/errors.js';

/** The expected error that `work` fails with; anything else fails the test. */
export async function errorOf(work: Promise<unknown> | (() => unknown)): Promise<EspalierError> {
  const thrown = await (typeof work === 'function' ? Promise.resolve().then(work) : work).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(thrown).toBeInstanceOf(EspalierError);
  return thrown as EspalierError;
}
