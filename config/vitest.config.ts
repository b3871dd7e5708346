import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** These kill daemons and start them anew, again and again; most of the time they wait for one. Pages in a browser go beside them. */
const DEATHS = ['test/stories/crash*.test.ts', 'test/mirror/converge-kill.test.ts', 'test/browser/!(demo).test.ts'];
/** These start whole daemons and launchers: several at once on a small machine would only measure the machine. */
const PROCESSES = ['test/stories/outages.test.ts', 'test/stories/jobs.test.ts', 'test/browser/demo.test.ts', 'test/launcher/launch.test.ts'];

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    globalSetup: ['test/support/database.ts'],
    setupFiles: ['test/support/seed.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Zones must come from the data, never from the machine.
    env: { TZ: 'Pacific/Chatham' },
    projects: [
      { extends: true, test: { name: 'inside', include: ['test/**/*.test.ts'], exclude: [...DEATHS, ...PROCESSES], maxWorkers: '100%', sequence: { groupOrder: 0 } } },
      { extends: true, test: { name: 'deaths', include: DEATHS, maxWorkers: 2, sequence: { groupOrder: 1 } } },
      { extends: true, test: { name: 'processes', include: PROCESSES, maxWorkers: 1, fileParallelism: false, sequence: { groupOrder: 2 } } },
    ],
  },
});
