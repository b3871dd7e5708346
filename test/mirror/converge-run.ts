/** Lives many random histories, and says how to live a failing one again. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SEED } from '../support/seed.js';
import { newGrounds, type Grounds } from './converge-grounds.js';
import { anyHistory, live, type Profile } from './converge-history.js';
import { clearTally, count, tally } from './converge-tally.js';

const { MAKEWAY_HISTORIES, MAKEWAY_PATH, MAKEWAY_SHRINK } = process.env;
/** How many histories all files together live; each has a quarter of them. With MAKEWAY_SEED=random many of them go hunting; MAKEWAY_SHRINK=no tells of a failure at once. */
const HISTORIES = Number(MAKEWAY_HISTORIES ?? 1_200);

/** A test that the mirror converges, whatever the histories of `profile` do. */
export function testConvergence(profile: Profile, file: string): void {
  let grounds: Grounds;
  beforeAll(async () => { clearTally(); grounds = await newGrounds(); });
  afterAll(async () => {
    process.stdout.write(tally(`${profile.name}: what ${file} saw`));
    await grounds.close();
  });

  test(`${profile.name}: after quiet the mirror is what Google says`, async () => {
    let run = 0;
    const began = performance.now(), cpu = process.cpuUsage();
    await fc.assert(fc.asyncProperty(anyHistory(profile), async (history) => {
      count('histories');
      await live(grounds, run++, history);
    }), {
      endOnFailure: MAKEWAY_SHRINK === 'no', numRuns: Math.max(1, Math.ceil(HISTORIES / 4)), ...(MAKEWAY_PATH !== undefined && { path: MAKEWAY_PATH }),
      reporter: (result) => {
        if (!result.failed) return;
        const { seed: used, counterexamplePath, counterexample, numShrinks, errorInstance } = result;
        throw new Error(`${errorInstance instanceof Error ? errorInstance.message : String(errorInstance)}\n` +
          `Shrunk ${numShrinks} times from history ${result.numRuns}: ${JSON.stringify(counterexample?.[0])}\n` +
          `Live it again: MAKEWAY_SEED=${used} MAKEWAY_PATH="${counterexamplePath ?? ''}" npx vitest run --config config/vitest.config.ts --project inside test/mirror/${file}`, { cause: errorInstance });
      },
    });
    expect(await grounds.mailCount()).toBe(0);
    const { user, system } = process.cpuUsage(cpu);
    process.stdout.write(`${profile.name}: seed ${SEED}, ${run} histories in ${((performance.now() - began) / 1000).toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s of CPU beside Postgres\n`);
  }, 3_600_000);
}
