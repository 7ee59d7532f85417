import { expect, it } from 'vitest';
import { testServer } from '../support/store.js';

it.skipIf(testServer === undefined)(
  'PostgreSQL: the tests of the store run there too (skipped without ESPALIER_TEST_DATABASE_URL: run `.ci/with-postgres npm test`)',
  () => {
    expect(testServer).toMatch(/^postgres:/);
  },
);
