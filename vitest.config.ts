import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Native sessions hold threads of their own: two files at a time is what two cores carry.
    maxWorkers: 2,
    pool: 'forks',
  },
});
