import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** The contract suite against Google (test/contracts/google/google.mjs): no database, one file after another, with patience. */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/contracts/google/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    env: { TZ: 'Pacific/Chatham' },
    maxWorkers: 1,
    fileParallelism: false,
  },
});
