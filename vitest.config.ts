import { defineConfig } from 'vitest/config';

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
