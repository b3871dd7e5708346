/** One letter of each kind as its reader would get it. The compiler misses a kind that is not here. */
import { HOUR, plus, type Instant, type Interval } from '../../src/kernel/interval.js';
import { readRfc3339 } from '../../src/kernel/zone.js';
import type { CalendarEntry } from '../../src/mail/calendar-entry.js';
import type { LetterFacts, LetterKind } from '../../src/mail/facts.js';

export const KIM = { name: 'Kim Berger', email: 'kim@coach.example' };
export const MAIL_FROM = 'makeway@makeway.example';
export const PUBLIC_URL = 'https://makeway.example';

export function moment(text: string): Instant {
  const read = readRfc3339(`${text}:00+01:00`);
  if (read === null) throw new Error(`bad test time ${text}`);
  return read;
}
const span = (text: string): Interval => ({ start: moment(text), end: plus(moment(text), HOUR) });
const TOKEN = 'k1.qwertzuiopasdfgh.AbCdEfGhIjKlMnOpQrStUv';
const link = (query = ''): string => `${PUBLIC_URL}/l/${TOKEN}${query}`;
const slots = ['2026-11-30T14:00', '2026-12-01T13:00', '2026-12-01T15:00', '2026-12-03T13:00']
  .map((start) => ({ interval: span(start), link: link(`?start=${encodeURIComponent(new Date(moment(start)).toISOString())}`) }));

const monday = span('2026-11-30T13:00');
const until = moment('2026-11-24T09:00');
const berlin = { zone: 'Europe/Berlin', coachZone: 'Europe/Berlin' };
const toKim = { to: { name: KIM.name }, zone: 'Europe/Berlin' };
const toDana = { to: { name: 'Dana Weber' }, coachName: KIM.name, ...berlin };
const toSam = { to: { name: 'Sam Ortiz' }, coachName: KIM.name, zone: 'America/New_York', coachZone: 'Europe/Berlin' };
const ask = { ...toDana, session: monday, slots, keepLink: link('?keep=1'), noneLink: link('?none=1'), muteLink: link('?mute=1'), until };
const offer = { ...toSam, sessionType: 'Coaching', slots, noneLink: link('?none=1'), statusLink: link().replace('qwertz', 'status'), until };

export const SAMPLES: Readonly<Record<LetterKind, LetterFacts>> = {
  decision: {
    letter: 'decision', ...toKim, incoming: { name: 'Sam Ortiz', email: 'sam@client.example' }, sessionType: 'Coaching', wanted: monday,
    alsoWanted: [{ interval: span('2026-12-01T10:00'), takes: 'Nothing stands there; it can be booked by hand.' }], reason: 'That time is taken.', isAgain: false,
    blockers: [{ title: 'Dana: coaching', interval: monday }, { title: 'Conference', interval: { start: moment('2026-11-30T00:00'), end: moment('2026-12-01T00:00') } }],
    neighbours: [{ title: 'Lunch', interval: span('2026-11-30T12:00') }, { title: '', interval: span('2026-11-30T16:00') }],
    ask: { name: 'Dana Weber', slots: 4, answer: { forMs: 24 * HOUR, latest: moment('2026-11-29T13:00') }, needsAddress: true, toTick: ['Conference'] }, lately: { name: 'Dana Weber', asks: 0, days: 30 }, other: { slots: 4, answer: { forMs: 24 * HOUR, latest: null } },
    link: { open: link(), option1: link('?do=option1'), option2: link('?do=option2'), decline: link('?do=decline') },
  },
  ask: { letter: 'ask', ...ask },
  'ask-reminder': { letter: 'ask-reminder', ...ask },
  'ask-over': { letter: 'ask-over', ...toDana, session: monday, entry: 'CANCEL' },
  offer: { letter: 'offer', ...offer },
  'offer-reminder': { letter: 'offer-reminder', ...offer },
  moved: { letter: 'moved', ...toDana, from: monday, now: span('2026-11-30T14:00'), entry: 'REQUEST' },
  declined: { letter: 'declined', ...toSam, wanted: [monday], statusLink: link() },
  expired: { letter: 'expired', ...toSam, wanted: [monday, span('2026-12-01T10:00')], statusLink: link() },
  confirm: { letter: 'confirm', coachName: KIM.name, zone: 'America/New_York', coachZone: 'Europe/Berlin', sessionType: 'Coaching', wanted: [monday, span('2026-12-01T10:00')], until, link: link() },
  settled: { letter: 'settled', ...toKim, stoodThere: false, incomingName: 'Sam Ortiz', booked: monday, moved: { name: 'Dana Weber', from: monday, now: span('2026-11-30T14:00') } },
  digest: {
    letter: 'digest', ...toKim, link: `${PUBLIC_URL}/overlaps`, findings: [
      { kind: 'overlap', one: 'Dana: coaching', other: 'Eva: coaching', interval: monday, cameBack: null },
      { kind: 'invitation', one: 'Team day', other: 'Dana: coaching', interval: span('2026-12-01T10:00'), cameBack: 'There was no answer in time. Nothing has changed.' },
    ],
  },
  withdrawn: { letter: 'withdrawn', ...toKim, incomingName: 'Sam Ortiz', wanted: monday },
  clash: { letter: 'clash', ...toKim, what: 'Dana Weber’s moved session', at: monday },
  frozen: { letter: 'frozen', ...toKim, calendar: 'Practice', since: moment('2026-11-23T09:00') },
  'calendar-gone': { letter: 'calendar-gone', ...toKim, calendar: 'Practice', noticedAt: moment('2026-11-23T09:00'), hasTarget: false, heldSessions: true },
  'calendar-read-only': { letter: 'calendar-read-only', ...toKim, calendar: 'Practice', noticedAt: moment('2026-11-23T09:00'), hasTarget: false, heldSessions: true },
  reconnect: { letter: 'reconnect', ...toKim, since: moment('2026-11-23T09:00'), account: KIM.email, open: 2, link: `${PUBLIC_URL}/connect` },
};

export const KINDS = Object.keys(SAMPLES) as LetterKind[];
export const isToCoach = (kind: LetterKind): boolean => !('coachName' in SAMPLES[kind]);

/** The calendar entry of a sample. */
export function entryOf(facts: LetterFacts): CalendarEntry | null {
  if ((facts.letter !== 'moved' && facts.letter !== 'ask-over') || facts.entry === null) return null;
  return {
    method: facts.entry, uid: 'se_qwertzuiopasdfgh@makeway', sequence: facts.entry === 'REQUEST' ? 0 : 1, stamp: moment('2026-11-23T10:00'), interval: facts.letter === 'moved' ? facts.now : facts.session,
    summary: `Session with ${KIM.name}`, organizer: { name: KIM.name, address: MAIL_FROM }, attendee: { name: 'Dana Weber', address: 'dana@client.example' },
  };
}
