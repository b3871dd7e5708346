/** `makeway explain`: the story of a request, a session, a mail and a slot, told from the history. */
import { describe, expect, test } from 'vitest';
import { explain } from '../../src/cli/explain.js';
import { dayInWords, rfc3339 } from '../../src/kernel/zone.js';
import { askDana, choose, decide, MONDAY, on, wish, worlds } from '../support/story.js';
import { ZONE, type World } from '../support/world.js';

const open = worlds();
/** It is Tuesday of the week before, nine o'clock. */
async function aWorld(): Promise<World> {
  const w = await open();
  await w.pass(on(-6, '09:00') - w.now());
  return w;
}
/** What it says, with days counted from that Monday and ids by their kind: the tests run on any date. Nothing may have changed. */
async function told(w: World, ...args: string[]): Promise<string> {
  const before = await w.fingerprint();
  const answer = await explain(w.shell, args);
  expect(await w.fingerprint()).toBe(before);
  if ('fault' in answer) throw new Error(answer.fault);
  let text = answer.lines.join('\n');
  for (let days = -21; days <= 21; days++) {
    const name = days === 0 ? 'MONDAY' : `MONDAY${days < 0 ? '' : '+'}${days}`;
    text = text.replaceAll(dayInWords(on(days, '12:00'), ZONE), name).replaceAll(rfc3339(on(days, '12:00'), ZONE).slice(0, 10), name);
  }
  return text.replace(/<?\b(rq|se|re|le)_[a-z0-9]{16}(@\S+?>)?/g, '$1_ID');
}
const idOf = async (w: World, sql: string): Promise<string> => (await w.one<{ id: string }>(sql))?.id ?? '';

describe('why things are as they are', () => {
  test('a whole story, and how it stood before it was over', async () => {
    const w = await aWorld();
    const id = await wish(w);
    await w.pass(60_000);
    await decide(w, { do: 'option2' });
    await w.settle();
    await w.pass(3_600_000);
    await choose(w, on(0, '14:00'));
    await w.settle();
    expect(await told(w, id)).toMatchInlineSnapshot(`
      "rq_ID: Sam Ortiz and Kim Berger, Coaching, 60 minutes. All times are Berlin time.
      MONDAY-6 09:00  Sam Ortiz asked for MONDAY, 13:00–14:00.
      MONDAY-6 09:00  MONDAY, 13:00–14:00 could not be booked at once. That time is taken. There stood: the session of dana@client.example.
      MONDAY-6 09:00  It became the coach's turn. That time is taken.
      MONDAY-6 09:00  A mail to Kim Berger asks to decide: le_ID
      MONDAY-6 09:01  The coach decided to ask dana@client.example to move. Meanwhile the session stays, and its time is promised to Sam Ortiz.
      MONDAY-6 09:01  4 times were offered to dana@client.example, until MONDAY-5, 09:01 (Berlin time):
                        MONDAY, 12:00–13:00, because: same day, similar time, keeps the day compact
                        MONDAY, 14:00–15:00, because: same day, similar time, keeps the day compact
                        MONDAY+1, 13:00–14:00, because: same time
                        MONDAY+2, 13:00–14:00, because: same time
      MONDAY-6 09:01  A mail to dana@client.example asks to move, with times to choose from: le_ID
      MONDAY-6 10:01  dana@client.example chose MONDAY, 14:00–15:00. It was held at once.
      MONDAY-6 10:01  The session of dana@client.example was moved in Google to MONDAY, 14:00–15:00.
      MONDAY-6 10:01  After the move, Google itself showed the original time free.
      MONDAY-6 10:01  The session of Sam Ortiz was written to Google for MONDAY, 13:00–14:00, seen there alone, and Sam Ortiz was invited.
      MONDAY-6 10:01  A mail to Kim Berger says that it is settled: le_ID
      So far: It was booked for MONDAY, 13:00–14:00."
    `);
    const last = (await told(w, id, '--at', rfc3339(on(-6, '09:30'), ZONE))).split('\n').at(-1);
    expect(last).toMatchInlineSnapshot(`"So, at MONDAY-6, 09:30 (Berlin time): dana@client.example had been asked to move and had not answered; the session stood where it was, its time promised to Sam Ortiz."`);
    expect(await told(w, id, '--at', rfc3339(on(-7, '09:30'), ZONE))).toContain('Nothing had happened yet.');
  });
  test('the session that was moved, the mail that asked for it, the slot that was chosen, and one that was not offered', async () => {
    const w = await aWorld();
    await askDana(w);
    const session = await idOf(w, 'select id from sessions where request_id is null');
    expect(await told(w, session)).toMatchInlineSnapshot(`
      "se_ID: dana@client.example and Kim Berger. All times are Berlin time.
      MONDAY-6 09:00  The coach decided to ask dana@client.example to move. Meanwhile the session stays, and its time is promised to Sam Ortiz.
      So it is now: scheduled, MONDAY, 13:00–14:00. dana@client.example is being asked to move, for rq_ID."
    `);
    await w.pass(60_000);
    await choose(w, on(0, '14:00'));
    await w.settle();
    expect(await told(w, session)).toMatchInlineSnapshot(`
      "se_ID: dana@client.example and Kim Berger. All times are Berlin time.
      MONDAY-6 09:00  The coach decided to ask dana@client.example to move. Meanwhile the session stays, and its time is promised to Sam Ortiz.
      MONDAY-6 09:01  dana@client.example chose MONDAY, 14:00–15:00. It was held at once.
      MONDAY-6 09:01  The session of dana@client.example was moved in Google to MONDAY, 14:00–15:00.
      MONDAY-6 09:01  After the move, Google itself showed the original time free.
      So it is now: scheduled, MONDAY, 14:00–15:00."
    `);
    const messageId = await idOf(w, `select message_id as id from outbox where letter = 'ask'`);
    expect(await told(w, messageId)).toMatchInlineSnapshot(`
      "le_ID: a mail to dana@client.example that asks to move, with times to choose from. All times are Berlin time.
      It was caused by:
      MONDAY-6 09:00  Sam Ortiz asked for MONDAY, 13:00–14:00.
      MONDAY-6 09:00  MONDAY, 13:00–14:00 could not be booked at once. That time is taken. There stood: the session of dana@client.example.
      MONDAY-6 09:00  It became the coach's turn. That time is taken.
      MONDAY-6 09:00  The coach decided to ask dana@client.example to move. Meanwhile the session stays, and its time is promised to Sam Ortiz.
      MONDAY-6 09:00  4 times were offered to dana@client.example, until MONDAY-5, 09:00 (Berlin time):
                        MONDAY, 12:00–13:00, because: same day, similar time, keeps the day compact
                        MONDAY, 14:00–15:00, because: same day, similar time, keeps the day compact
                        MONDAY+1, 13:00–14:00, because: same time
                        MONDAY+2, 13:00–14:00, because: same time
      It was handed to the mail server on MONDAY-6, 09:00 (Berlin time).
      The whole story: makeway explain rq_ID"
    `);
    const resolution = await idOf(w, 'select id from resolutions');
    expect(await told(w, resolution, '--start', rfc3339(on(0, '14:00'), ZONE))).toMatchInlineSnapshot(`
      "MONDAY, 14:00–15:00 (Berlin time), for dana@client.example:
      It is offered, because: same day, similar time, keeps the day compact.
      dana@client.example chose it on MONDAY-6, 09:01 (Berlin time); it was carried out in Google.
      The whole story: makeway explain rq_ID"
    `);
    expect(await told(w, await idOf(w, 'select id from offers'), '--start', rfc3339(on(1, '20:00'), ZONE))).toMatchInlineSnapshot(`
      "MONDAY+1, 20:00–21:00 (Berlin time), for dana@client.example:
      It is not offered. As things stand now: would run past the working hours.
      The whole story: makeway explain rq_ID"
    `);
  });
});

test('what is not there, or makes no command, is said so', async () => {
  const w = await open();
  for (const args of [[], ['rq_1', 'rq_2'], ['rq_aaaaaaaaaaaaaaaa'], ['nothing'], ['<le_aaaaaaaaaaaaaaaa@x>'], ['se_aaaaaaaaaaaaaaaa'], ['re_aaaaaaaaaaaaaaaa'], ['of_aaaaaaaaaaaaaaaa', '--start', rfc3339(MONDAY, ZONE)]]) {
    expect(await explain(w.shell, args)).toMatchObject({ fault: expect.stringContaining('makeway explain') as unknown });
  }
  expect(await explain(w.shell, ['rq_aaaaaaaaaaaaaaaa', '--at', 'yesterday'])).toMatchObject({ fault: expect.stringContaining('RFC 3339') as unknown });
});
