import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/database.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Zones must come from the data, never from the machine.
    env: { TZ: 'Pacific/Chatham' },
  },
});
