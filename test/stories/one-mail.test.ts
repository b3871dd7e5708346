/** Invariant 4, mails: one message per person and decision, under one Message-ID. */
import { expect, test } from 'vitest';
import { DAY, instant, MINUTE } from '../../src/kernel/interval.js';
import { allMails, askDana, choose, decide, DANAS_INSTANCE, expectLanded, keep, MONDAY, offerSam, on, pick, pendingReason, requestOf, startsIn, wish, worlds } from '../support/story.js';
import { at, DANA, KIM, SAM, type World } from '../support/world.js';

const open = worlds();

/** Who got what, by the first words of the subject. */
async function post(w: World): Promise<Record<string, string[]>> {
  const told: Record<string, string[]> = { kim: [], dana: [], sam: [] };
  const mails = await allMails(w);
  const ids = mails.map((m) => m.messageId);
  expect(new Set(ids).size, 'unique Message-IDs').toBe(ids.length);
  for (const m of mails) {
    expect(m.messageId).toMatch(/^<[^<>@\s]+@[^<>@\s]+>$/);
    expect(m.to).toHaveLength(1);
    const who = { [KIM.email]: 'kim', [DANA.email]: 'dana', [SAM.email]: 'sam' }[m.to[0] ?? ''] ?? m.to[0] ?? '';
    (told[who] ??= []).push(KINDS.find(([words]) => m.subject.includes(words))?.[1] ?? m.subject);
  }
  return told;
}
const KINDS = [['asks for', 'decision'], ['is booked', 'booked'], ['overlap', 'overlap'], ['Re: Could we move', 'ask reminder'], ['Could we move', 'ask'], ['Nothing to do any more', 'over'], ['Re: Times for', 'offer reminder'],
  ['Times for your session', 'offer'], ['has a new time', 'moved'], ['About your session request', 'no'], ['has ended', 'ended'], ['Updated invitation', 'google: new time'], ['Invitation', 'google: invitation'], ['Canceled event', 'google: cancelled']] as const;

/** Nothing more comes, however often the timetable comes round. */
async function quietly(w: World): Promise<Record<string, string[]>> {
  const told = await post(w);
  await w.settle();
  await w.pass(31_000);
  await w.pass(DAY);
  expect(await post(w)).toEqual(told);
  return told;
}

test('option 2, Dana is a guest: Google tells her, not we', async () => {
  const w = await open();
  await askDana(w);
  await choose(w, at(MONDAY, 1));
  await w.settle();
  expect(await quietly(w)).toEqual({ kim: ['decision', 'booked'], dana: ['ask', 'google: new time'], sam: ['google: invitation'] });
});
test('option 2, Dana is known by her title: we tell her', async () => {
  const w = await open({ events: [{ summary: 'Dana 13h', start: MONDAY }] });
  await askDana(w, { address: DANA.email });
  await choose(w, at(MONDAY, 1));
  await w.settle();
  expect(await quietly(w)).toEqual({ kim: ['decision', 'booked'], dana: ['ask', 'moved'], sam: ['google: invitation'] });
});
test('option 2 after a reminder', async () => {
  const w = await open();
  await askDana(w);
  await w.pass(DAY / 2);
  await choose(w, at(MONDAY, 1));
  await w.settle();
  expect(await quietly(w)).toEqual({ kim: ['decision', 'booked'], dana: ['ask', 'ask reminder', 'google: new time'], sam: ['google: invitation'] });
});
test('keep: Dana hears nothing after her own answer, Sam nothing at all, Kim decides anew', async () => {
  const w = await open();
  await askDana(w);
  await keep(w);
  await w.settle();
  expect(await quietly(w)).toEqual({ kim: ['decision', 'decision'], dana: ['ask'], sam: [] });
});
test('option 1', async () => {
  const w = await open();
  await offerSam(w);
  const [slot] = await startsIn(w, SAM.email);
  await pick(w, slot ?? MONDAY);
  await w.settle();
  expect(await quietly(w)).toEqual({ kim: ['decision', 'booked'], dana: [], sam: ['offer', 'google: invitation'] });
});
test('decline', async () => {
  const w = await open();
  await wish(w);
  await decide(w, { do: 'decline' });
  await w.settle();
  expect(await quietly(w)).toEqual({ kim: ['decision'], dana: [], sam: ['no'] });
});
test('free', async () => {
  const w = await open();
  await wish(w, on(0, '15:00'));
  expect(await quietly(w)).toEqual({ kim: ['booked'], dana: [], sam: ['google: invitation'] });
});
test('the freed time under land: manual', async () => {
  const w = await open({ policy: { land: 'manual' } });
  await askDana(w);
  await choose(w, at(MONDAY, 1));
  await w.settle();
  await decide(w, { do: 'manual', start: new Date(MONDAY).toISOString() });
  await w.settle();
  expect(await quietly(w)).toEqual({ kim: ['decision', 'decision', 'booked'], dana: ['ask', 'google: new time'], sam: ['google: invitation'] });
});
test('dragged away by Kim while Dana is asked', async () => {
  const w = await open();
  await askDana(w);
  await w.moveTo(DANAS_INSTANCE, on(2, '11:00'));
  await w.pass(30_000);
  await w.pass(60_000);
  expect(await quietly(w)).toEqual({ kim: ['decision', 'booked'], dana: ['ask', 'over'], sam: ['google: invitation'] });
});
test('decided anew before the first mail went: the stale letters are not sent', async () => {
  const w = await open();
  const id = (await w.request(MONDAY)).body.id;
  w.catcher.setRefusing('temporary');
  await w.settle();
  expect(await w.catcher.mails()).toEqual([]);
  await w.pass(DAY);
  w.catcher.setRefusing('no');
  await w.pass(3_600_000);
  expect(await post(w)).toEqual({ kim: ['decision'], dana: [], sam: [] });
  expect(await pendingReason(w, id)).toBe('taken');
});

test('the answer of the mail server is lost: the same message goes again, under the same Message-ID', async () => {
  const w = await open();
  // The mail names the minute until which an offer made now would be open.
  w.setNow(instant(Math.ceil(w.now() / MINUTE) * MINUTE));
  w.catcher.setRefusing('lose-answer');
  await wish(w);
  w.catcher.setRefusing('no');
  await w.pass(2_000);
  await w.pass(10_000);
  const mails = await w.mailsTo(KIM.email);
  expect(mails).toHaveLength(2);
  expect(new Set(mails.map((m) => m.messageId)).size).toBe(1);
  expect(mails[0]?.subject).toBe(mails[1]?.subject);
  // Both copies hold the same, working link.
  expect(mails[0]?.html).toBe(mails[1]?.html);
  expect(await w.one('select state, last_error from outbox')).toEqual({ state: 'sent', last_error: null });
});

test('the mail server refuses for now: the mail is kept, visible, and sent once when it takes it', async () => {
  const w = await open();
  w.catcher.setRefusing('temporary');
  await wish(w);
  expect(await w.one('select state, last_error from outbox')).toEqual({ state: 'waiting', last_error: 'SMTP_REFUSED_FOR_NOW' });
  await w.pass(2_000);
  w.catcher.setRefusing('no');
  await w.pass(10_000);
  await w.pass(3_600_000);
  expect(await post(w)).toEqual({ kim: ['decision'], dana: [], sam: [] });
});

test('Dana\'s address is refused for good: the ask ends, nothing changed, and Kim is told why', async () => {
  const w = await open();
  const id = await wish(w);
  await decide(w, { do: 'option2' });
  w.catcher.setRefusing('permanent');
  // Only Dana's mail meets the refusal.
  await w.settle();
  w.catcher.setRefusing('no');
  await w.pass(3_600_000);
  expect(await requestOf(w, id)).toMatchObject({ state: 'pending_resolution', pending_reason: 'undeliverable' });
  expect(await w.all('select 1 from holds where released_at is null')).toEqual([]);
  expect(await w.one('select invite_sent from sessions')).toEqual({ invite_sent: false });
});

test('one conversation per person and request: later mails refer to the first', async () => {
  const w = await open();
  const id = await askDana(w);
  await w.pass(DAY / 2);
  const [ask, reminder] = await w.mailsTo(DANA.email);
  expect(reminder?.headers['in-reply-to']).toBe(ask?.messageId);
  await choose(w, at(MONDAY, 1));
  await w.settle();
  await expectLanded(w, id, MONDAY);
  const [decision, booked] = await w.mailsTo(KIM.email);
  expect(booked?.headers['in-reply-to']).toBe(decision?.messageId);
});
