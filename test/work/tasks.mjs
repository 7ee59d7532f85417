/** Tasks for pool.test.ts; a thread loads them from this file. */
import { EspalierError } from '#espalier/core/errors.js';

export const task = {
  name: 'counting',
  module: import.meta.url,
  stops: 'anywhere',
  run({ kind, value }) {
    if (kind === 'refuse')
      throw new EspalierError('SUITE_INVALID', 'no such count', { at: { line: 3 }, hint: 'Count.' });
    if (kind === 'break') throw new TypeError('a defect');
    while (kind === 'for ever');
    return { doubled: 2 * value };
  },
};
