/** Lives many random histories, and says how to live a failing one again. */
import fc from 'fast-check';
import { afterAll, beforeAll, test } from 'vitest';
import { newGrounds, type Grounds } from './converge-grounds.js';
import { anyHistory, live, type History, type Profile } from './converge-history.js';
import { clearTally, count, tally } from './converge-tally.js';

const { MAKEWAY_HISTORIES, MAKEWAY_SEED, MAKEWAY_PATH, MAKEWAY_SHRINK } = process.env;
/** How many histories all files together live; each has a quarter of them. */
const HISTORIES = Number(MAKEWAY_HISTORIES ?? 2_000);

/** A test that the mirror converges, whatever the histories of `profile` do. `known`: histories that once were lived wrong. */
export function testConvergence(profile: Profile, file: string, known: readonly History[] = []): void {
  let grounds: Grounds;
  beforeAll(async () => { clearTally(); grounds = await newGrounds(); });
  afterAll(async () => {
    process.stdout.write(tally(`${profile.name}: what ${file} saw`));
    await grounds.close();
  });

  test(`${profile.name}: after quiet the mirror is what Google says`, async () => {
    const seed = MAKEWAY_SEED === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(MAKEWAY_SEED);
    let run = 0;
    const began = performance.now(), cpu = process.cpuUsage();
    await fc.assert(fc.asyncProperty(anyHistory(profile), async (history) => {
      count('histories');
      await live(grounds, run++, history);
    }), {
      seed, endOnFailure: MAKEWAY_SHRINK === 'no', numRuns: Math.max(1, Math.ceil(HISTORIES / 4)), ...(MAKEWAY_PATH !== undefined && { path: MAKEWAY_PATH }), examples: MAKEWAY_PATH === undefined ? known.map((k) => [k]) : [],
      reporter: (result) => {
        if (!result.failed) return;
        const history = result.counterexample?.[0];
        throw new Error(`${fc.defaultReportMessage({ ...result, counterexample: null } as never) ?? ''}\nShrunk history: ${JSON.stringify(history)}\n${String((result.errorInstance as Error | null)?.message ?? '')}\n` +
          `Live it again: MAKEWAY_SEED=${result.seed} MAKEWAY_PATH="${result.counterexamplePath ?? ''}" npx vitest run --config config/vitest.config.ts --project inside test/mirror/${file}`, { cause: result.errorInstance });
      },
    });
    const { user, system } = process.cpuUsage(cpu);
    process.stdout.write(`${profile.name}: seed ${seed}, ${run} histories in ${((performance.now() - began) / 1000).toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s of CPU beside Postgres\n`);
  }, 3_600_000);
}
