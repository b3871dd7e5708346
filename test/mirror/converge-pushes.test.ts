/** The same with Google's real pushes on the way: held, doubled, reordered, late, lost. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aWorld, DANA, KIM, type World } from '../support/world.js';
import { control } from './converge-call.js';
import { anyEdit, perform, type Scene } from './converge-edits.js';
import { differences } from './converge-truth.js';

const DAY_MS = 86_400_000;
let w: World;
let scene: Scene;
beforeAll(async () => {
  w = await aWorld({ pushes: true });
  scene = { url: w.emulator.url, coach: KIM.email, guest: DANA.email, base: Math.floor(w.now() / DAY_MS) * DAY_MS, own: [KIM.email, KIM.email], known: [], parts: new Set(), doubtful: new Set(), made: 0 };
});
afterAll(() => w.close());

const conditions = fc.record({ hold: fc.boolean(), double: fc.boolean(), reorder: fc.boolean(), dropEvery: fc.constantFrom(0, 0, 1, 2, 3), delayMs: fc.constantFrom(0, 0, 20) });

test('pushes that are held, doubled, reordered, late or lost: after quiet the mirror is what Google says', async () => {
  const began = w.now();
  const heard = async (): Promise<number> => (await w.one<{ n: number }>('select coalesce(sum(last_message_number), 0)::bigint as n from channels'))?.n ?? 0;
  const before = await heard();
  await fc.assert(fc.asyncProperty(fc.array(fc.tuple(conditions, fc.array(anyEdit(0), { minLength: 1, maxLength: 6 })), { minLength: 2, maxLength: 5 }), async (chapters) => {
    for (const [pushes, edits] of chapters) {
      await control(scene.url, 'POST', '/pushes', pushes);
      for (const edit of edits) await perform(scene, edit);
      await w.settle();
    }
    await control(scene.url, 'POST', '/pushes', { hold: false, double: false, reorder: false, dropEvery: 0, delayMs: 0 });
    await control(scene.url, 'POST', '/pushes/release');
    await control(scene.url, 'POST', '/copies', { lagMs: 0 });
    // A lost push is made good by the poll that comes anyway.
    for (let hours = 0; hours < 3; hours++) await w.pass(60 * 60_000);
    expect(await differences(w.shell.db, { url: scene.url, coach: KIM.email, coachId: w.coachId, nowMs: w.now(), untilMs: began + 120 * DAY_MS, isExact: false, doubtful: scene.doubtful })).toEqual([]);
    expect((await w.mailsTo(KIM.email)).length).toBe(0);
    // Who was first is chance: a smaller history would be another one.
  }), { numRuns: 12, endOnFailure: true });
  expect(await heard()).toBeGreaterThan(before);
}, 180_000);
