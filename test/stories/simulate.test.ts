/** `makeway simulate`: tells what would happen, and leaves no trace. */
import { describe, expect, test } from 'vitest';
import { simulate } from '../../src/cli/simulate.js';
import { dayInWords, rfc3339 } from '../../src/kernel/zone.js';
import { inReadOnly } from '../../src/postgres/transaction.js';
import { addAllDay, allMails, askDana, danasSeries, MONDAY, on, worlds } from '../support/story.js';
import { DANA, KIM, SAM, ZONE, type World } from '../support/world.js';

const open = worlds();
/** It is Tuesday of the week before, nine o'clock. */
async function aWorld(options: Parameters<typeof open>[0] = {}): Promise<World> {
  const w = await open(options);
  await w.pass(on(-6, '09:00') - w.now());
  return w;
}
/** What it says, with days counted from that Monday: the tests run on any date. Nothing may have changed. */
async function told(w: World, start: number, ...more: string[]): Promise<string> {
  const before = [await w.fingerprint(), (await allMails(w)).length, (await w.reads()).length, (await w.writes()).length];
  const answer = await simulate(w.shell, ['--coach', KIM.slug, '--start', rfc3339(start as typeof MONDAY, ZONE), ...more]);
  await w.settle();
  expect([await w.fingerprint(), (await allMails(w)).length, (await w.reads()).length, (await w.writes()).length]).toEqual(before);
  if ('fault' in answer) throw new Error(answer.fault);
  let text = answer.lines.join('\n');
  for (let days = -21; days <= 21; days++) text = text.replaceAll(dayInWords(on(days, '12:00'), ZONE), days === 0 ? 'MONDAY' : `MONDAY${days < 0 ? '' : '+'}${days}`);
  return text.replace(/--tick \S+/g, '--tick KEY)');
}
const brief = (text: string): string => text.split('\n').filter((line) => /^(Stands|At once|Option 2|By)/.test(line)).join('\n');

describe('what is told', () => {
  test('a time taken by a session: both options with their times and reasons, and the day', async () => {
    const w = await aWorld();
    await addAllDay(w, 'Conference');
    await w.pass(3_600_000);
    expect(await told(w, MONDAY, '--client', SAM.email)).toMatchInlineSnapshot(`
      "All times are Berlin time. Nothing was written, and nobody is told.
      Wanted: MONDAY, 13:00–14:00, by sam@client.example.
      Stands there: Conference, all day.
      Stands there: Dana: coaching, 13:00–14:00, a session.
      At once: not booked. That time is taken. kim@coach.example gets a mail to decide.
      Option 1: sam@client.example gets a mail with other times, to pick one until MONDAY-5, 10:00 (Berlin time):
          MONDAY-3, 13:00–14:00: same time (45 points)
          MONDAY+1, 13:00–14:00: same time (53 points)
          MONDAY+2, 13:00–14:00: same time (48 points)
          MONDAY+3, 13:00–14:00: same time (45 points)
      Option 2: dana@client.example gets a mail that asks to move, until MONDAY-5, 10:00 (Berlin time), with these times:
          MONDAY-3, 13:00–14:00: same time (45 points)
          MONDAY+1, 13:00–14:00: same time (53 points)
          MONDAY+2, 13:00–14:00: same time (48 points)
          MONDAY+3, 13:00–14:00: same time (45 points)
          Meanwhile the session stays, and MONDAY, 13:00–14:00 is promised to sam@client.example. After a no or silence the coach decides again.
          First to be ticked as not mattering here: Conference  (--tick KEY)
      By hand: not at that time; at every free one.
      The starts of MONDAY, for that length:
          09:00  taken: Conference
          09:30  taken: Conference
          10:00  taken: Conference
          10:30  taken: Conference
          11:00  taken: Conference
          11:30  taken: Conference
          12:00  taken: Conference
          12:30  taken: Conference, Dana: coaching
          13:00  taken: Conference, Dana: coaching
          13:30  taken: Conference, Dana: coaching
          14:00  taken: Conference
          14:30  taken: Conference
          15:00  taken: Conference
          15:30  taken: Conference
          16:00  taken: Conference
          16:30  would run past the working hours"
    `);
  });
  test('Lunch, a group, outside the hours, free, the same client, another length', async () => {
    const w = await aWorld({ events: [danasSeries,
      { summary: 'Lunch', start: on(1, '12:00') }, { summary: 'Group', start: on(2, '10:00'), guests: [SAM.email, DANA.email] }] });
    expect((await told(w, on(1, '12:00'))).replace(/\nThe starts of [^]*/, '')).toMatchInlineSnapshot(`
      "All times are Berlin time. Nothing was written, and nobody is told.
      Wanted: MONDAY+1, 12:00–13:00.
      Stands there: Lunch, 12:00–13:00.
      At once: not booked. That time is taken. kim@coach.example gets a mail to decide.
      Option 1: whoever asks gets a mail with other times, to pick one until MONDAY-5, 09:00 (Berlin time):
          MONDAY, 12:00–13:00: same time, keeps the day compact (59 points)
          MONDAY+1, 11:00–12:00: same day, similar time, keeps the day compact (76 points)
          MONDAY+1, 13:00–14:00: same day, similar time, keeps the day compact (78 points)
          MONDAY+2, 12:00–13:00: same time (53 points)
      Option 2: refused. What stands there is not a client's session.
      By hand: not at that time; at every free one."
    `);
    expect(brief(await told(w, on(2, '10:00')))).toMatchInlineSnapshot(`
      "Stands there: Group, 10:00–11:00.
      At once: not booked. That time is taken. kim@coach.example gets a mail to decide.
      Option 2: refused. A group stands there. Groups are never asked to move.
      By hand: not at that time; at every free one."
    `);
    expect(brief(await told(w, on(1, '18:00')))).toMatchInlineSnapshot(`
      "At once: not booked. That time is free, but outside your working hours. kim@coach.example gets a mail to decide.
      Option 2: refused. Nobody sits there: there is no one to ask.
      By hand: possible at that time, and at every free one."
    `);
    expect(await told(w, on(3, '09:00'), '--client', SAM.email, '--length', '90')).toMatchInlineSnapshot(`
      "All times are Berlin time. Nothing was written, and nobody is told.
      Wanted: MONDAY+3, 09:00–10:30, by sam@client.example.
      At once: it would be booked. Google invites sam@client.example, and kim@coach.example gets a mail that says so.
      The starts of MONDAY+3, for that length:
          09:00  free
          09:30  free
          10:00  free
          10:30  free
          11:00  free
          11:30  free
          12:00  free
          12:30  free
          13:00  free
          13:30  free
          14:00  free
          14:30  free
          15:00  free
          15:30  free
          16:00  would run past the working hours
          16:30  would run past the working hours"
    `);
    expect(await told(w, MONDAY, '--client', DANA.email)).toMatchInlineSnapshot(`
      "All times are Berlin time. Nothing was written, and nobody is told.
      Wanted: MONDAY, 13:00–14:00, by dana@client.example.
      Stands there: Dana: coaching, 13:00–14:00, a session.
      At once: nothing. This client has the time already, and is told so."
    `);
  });
  test('inside the freeze, and a promised time', async () => {
    const w = await aWorld({ policy: { freezeMs: 20 * 86_400_000 } });
    expect(brief(await told(w, MONDAY))).toMatchInlineSnapshot(`
      "Stands there: Dana: coaching, 13:00–14:00, a session.
      At once: not booked. That time is taken. kim@coach.example gets a mail to decide.
      Option 2: refused. The session is too soon: nobody is asked so close before.
      By hand: not at that time; at every free one."
    `);
    const other = await aWorld();
    await askDana(other);
    expect(brief(await told(other, MONDAY))).toMatchInlineSnapshot(`
      "Stands there: Dana: coaching, 13:00–14:00, a session.
      At once: not booked. That time is promised to somebody else already; this request waits for its turn. kim@coach.example gets a mail to decide.
      Option 2: refused. The time is promised to somebody else already.
      By hand: not at that time; at every free one."
    `);
  });
});

test('words that make no command are told what they lack; the view it works in can write nothing', async () => {
  const w = await aWorld();
  const start = rfc3339(MONDAY, ZONE);
  for (const [args, fault] of [
    [[], /^makeway simulate --coach/], [['--coach', 'kim'], /^makeway simulate/], [['--coach', 'kim', '--start', 'monday'], /RFC 3339/], [['--coach', 'nobody', '--start', start], /no coach "nobody"/],
    [['--coach', 'kim', '--start', start, '--length', '1e3'], /5 to 720/], [['--coach', 'kim', '--start', start, '--client', 'sam'], /e-mail/],
    [['--coach', 'kim', '--start', '2020-01-01T00:00:00Z'], /has passed/], [['--coach', 'kim', '--start', rfc3339(on(200, '13:00'), ZONE)], /further ahead/],
  ] as const) expect(await simulate(w.shell, [...args])).toEqual({ fault: expect.stringMatching(fault) as unknown });
  await expect(inReadOnly(w.shell.db, (view) => view.raw('delete from history'))).rejects.toMatchObject({ cause: { code: '25006' } });
});
