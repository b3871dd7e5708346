/** The model-based proof: random histories of people, edits, time, faults and deaths, against the whole stack. */
import fc from 'fast-check';
import { afterAll, beforeAll, test } from 'vitest';
import { clearTally, count, tally } from '../mirror/converge-tally.js';
import { SEED } from '../support/seed.js';
import { newGrounds, type Grounds } from './model-grounds.js';
import { live } from './model-life.js';
import { anyHistory } from './model-steps.js';

const { MAKEWAY_HISTORIES, MAKEWAY_PATH, MAKEWAY_SHRINK } = process.env;
const HISTORIES = Number(MAKEWAY_HISTORIES ?? 60);

let grounds: Grounds;
beforeAll(async () => { clearTally(); grounds = await newGrounds(); });
afterAll(async () => {
  process.stdout.write(tally('what the histories saw'));
  await grounds.close();
});

test('whatever happens, the invariants hold', async () => {
  let run = 0;
  const began = performance.now();
  await fc.assert(fc.asyncProperty(anyHistory(12), async (history) => {
    count('histories');
    await live(grounds, run++, history);
  }), {
    endOnFailure: MAKEWAY_SHRINK === 'no', numRuns: HISTORIES, ...(MAKEWAY_PATH !== undefined && { path: MAKEWAY_PATH }),
    reporter: (result) => {
      if (!result.failed) return;
      const { seed: used, counterexamplePath, counterexample, numShrinks, errorInstance } = result;
      throw new Error(`${errorInstance instanceof Error ? errorInstance.message : String(errorInstance)}\n` +
        `Shrunk ${numShrinks} times from history ${result.numRuns}: ${JSON.stringify(counterexample?.[0])}\n` +
        `Live it again: MAKEWAY_SEED=${used} MAKEWAY_PATH="${counterexamplePath ?? ''}" npx vitest run --config config/vitest.config.ts --project inside test/stories/model.test.ts`, { cause: errorInstance });
    },
  });
  process.stdout.write(`model: seed ${SEED}, ${run} histories in ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
}, 3_600_000);
