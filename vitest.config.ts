import { defineConfig } from 'vitest/config';
import { requireRecentNode } from './src/core/recent-node.js';

// An older one ends without a word when it loads the store. `npm run vitest -- FILE` finds a current one by itself.
requireRecentNode();

const shared = { testTimeout: 120_000, hookTimeout: 120_000, pool: 'forks' } as const;

/** The tests of the store once more, on the server that `.ci/with-postgres` starts; `test/store/postgres.test.ts` says where they did not run. */
const onPostgres = {
  test: {
    ...shared,
    name: 'postgres',
    include: ['test/store/*.test.ts', 'test/store/postgres/*.test.ts'],
    env: { ESPALIER_TEST_ENGINE: 'postgres' },
    // One of them lives a workspace's whole life on both databases.
    testTimeout: 300_000,
  },
};

export default defineConfig({
  test: {
    // Scenario files mostly wait for the commands they start: one more than two cores carry fills the gaps.
    maxWorkers: 3,
    projects: [
      { test: { ...shared, name: 'sqlite', include: ['test/**/*.test.ts'], exclude: ['test/store/postgres/**'] } },
      ...(process.env.ESPALIER_TEST_DATABASE_URL ? [onPostgres] : []),
    ],
  },
});
