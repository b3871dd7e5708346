/** The model-based proof: random histories of people, edits, time, faults and deaths, against the whole stack. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clearTally, count, counted, tally } from '../mirror/converge-tally.js';
import { SEED } from '../support/seed.js';
import { newGrounds, type Grounds } from './model-grounds.js';
import { live } from './model-life.js';
import { ALWAYS, anyHistory } from './model-steps.js';

const { MAKEWAY_HISTORIES, MAKEWAY_PATH, MAKEWAY_SHRINK } = process.env;
const LEAST = 70, HISTORIES = Number(MAKEWAY_HISTORIES ?? LEAST);

/** Histories in which nothing lands prove nothing: each of these has to come up. */
const KINDS = [
  'written by us: insert', 'written by us: patch of a guest', 'written by us: patch of a time', 'written by us: delete',
  ...['1 landed', '1 ended expired', '2 landed', '2 ended kept', '2 ended expired', '2 ended superseded', '2 ended taken', '1 ended withdrawn'].map((how) => `attempt: option ${how}`),
  ...['booked', 'declined', 'expired', 'withdrawn'].map((state) => `end: ${state}`), ...['taken', 'asked', 'offered', 'promised', 'kept'].map((reason) => `at rest: pending_resolution ${reason}`),
  ...['a commit', 'a call of insertEvent', 'a call of moveEvent', 'a call of inviteGuest', 'a mail'].map((what) => `died after ${what}`), 'two daemons at once',
  ...['cut off', 'conditionNotMet', 'authError', 'notFound', 'backendError', 'userRateLimitExceeded', 'rateLimitExceeded'].map((reason) => `fault: ${reason}`),
  ...['patch', 'insert', 'get', 'list'].map((call) => `fault at events.${call}`), ...['temporary', 'permanent', 'lose-answer'].map((how) => `mail server: ${how}`),
  ...['drag', 'back', 'delete', 'free', 'declined', 'guest', 'longer', 'shorter', 'retitle', 'new', 'new elsewhere'].map((what) => `edit: ${what}`), 'meanwhile: edit', 'meanwhile: slow',
  ...['start 200', 'keep 200', 'mute', 'nonsense', 'none 200', 'withdraw 200', 'a spent link'].map((what) => `client: ${what}`), 'clicks that can do nothing', 'links looked at',
  ...['link', 'page', 'stale page'].map((by) => `coach by ${by}`), 'operator:', 'ask: 200 already yours', 'asked for the wanted time 2 of 2', 'withdrawn: 200',
];

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
    endOnFailure: MAKEWAY_SHRINK === 'no', numRuns: HISTORIES, examples: MAKEWAY_PATH === undefined ? ALWAYS.map((history) => [history]) : [], ...(MAKEWAY_PATH !== undefined && { path: MAKEWAY_PATH }),
    reporter: (result) => {
      if (!result.failed) return;
      const { seed: used, counterexamplePath, counterexample, numShrinks, errorInstance } = result;
      throw new Error(`${errorInstance instanceof Error ? errorInstance.message : String(errorInstance)}\n` +
        `Shrunk ${numShrinks} times from history ${result.numRuns}: ${JSON.stringify(counterexample?.[0])}\n` +
        `Live it again: MAKEWAY_SEED=${used} MAKEWAY_PATH="${counterexamplePath ?? ''}" npx vitest run --config config/vitest.config.ts --project inside test/stories/model.test.ts`, { cause: errorInstance });
    },
  });
  if (MAKEWAY_PATH === undefined && HISTORIES >= LEAST) expect(KINDS.filter((kind) => counted(kind) === 0)).toEqual([]);
  process.stdout.write(`model: seed ${SEED}, ${run} histories in ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
}, 3_600_000);
