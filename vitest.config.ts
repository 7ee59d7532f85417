import { defineConfig } from 'vitest/config';
import { requireRecentNode } from './src/core/recent-node.js';

// An older one ends without a word when it loads the store. `npm run vitest -- FILE` finds a current one by itself.
requireRecentNode();

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Scenario files mostly wait for the commands they start: one more than two cores carry fills the gaps.
    maxWorkers: 3,
    pool: 'forks',
  },
});
