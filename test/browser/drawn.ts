/** Every page that is drawn from plain values, in every state, as its people would meet it. A page more is a line more. */
import { HOUR, type Instant, type Interval } from '../../src/kernel/interval.js';
import { atWallClock } from '../../src/kernel/zone.js';
import { connectPage, decisionPage, messagePage, offerPage, overlapPage, overlapsPage, pendingPage, signInPage } from '../../src/web/pages/index.js';
import type { OverlapsView, OverlapView } from '../../src/web/pages/overlaps.js';
import type { AskView, ConnectView, DecisionView, OfferView, PendingView } from '../../src/web/views.js';

const BERLIN = 'Europe/Berlin';
const at = (date: string, time: string): Instant => atWallClock(date, time, BERLIN);
const hour = (date: string, time: string): Interval => ({ start: at(date, time), end: (at(date, time) + HOUR) as Instant });
const LONG = 'Bartholomäus-Alexander Oberhuber-Wintersteiner';

const slots = [hour('2026-11-30', '14:00'), hour('2026-11-30', '15:00'), hour('2026-12-01', '13:00'), hour('2026-12-03', '09:30')];
const offer: OfferView = {
  kind: 'ask', action: '/l/token', coachName: 'Kim Berger', clientName: 'Dana Weber', zone: BERLIN, coachZone: BERLIN, ownZone: null,
  session: hour('2026-11-30', '13:00'), sessionIsPast: false, state: 'open', isOpen: true, getsMail: true, isMuted: false, isTooLate: false, isStillWanted: true, isNoneOpen: false,
  slots, picked: slots[0] ?? null, until: at('2026-11-24', '12:00'), note: null,
};
const pick: OfferView = { ...offer, kind: 'offer', clientName: 'Sam Ortiz', session: null };

const ask: AskView = { key: 'k/dana/1', name: 'Dana Weber', email: 'dana@client.example', slots, answer: { forMs: 24 * HOUR, latest: at('2026-11-29', '13:00') }, unnamedKey: null, asksLately: 1, asksDays: 30 };
const decision: DecisionView = {
  action: '/l/token', guard: null, historyPath: null, revision: 3, zone: BERLIN, incoming: { name: 'Sam Ortiz', email: 'sam@client.example' }, sessionType: 'Coaching', wanted: hour('2026-11-30', '13:00'),
  alsoWanted: [], standing: 'That time is taken.', isOpen: true, isStale: false, isDecided: false,
  blockers: [{ key: 'k/dana/1', title: 'Dana: coaching', interval: hour('2026-11-30', '13:00'), isAllDay: false, kind: 'session' }],
  neighbours: [{ title: 'Alex: coaching', interval: hour('2026-11-30', '10:00') }, { title: 'Lunch', interval: hour('2026-11-30', '12:00') }],
  ask, otherSlots: slots, offerAnswer: { forMs: 24 * HOUR, latest: null }, offersAfterNo: false, passOn: null, manual: slots, prepared: null, fault: null,
};
const conference = { key: 'k/conf/1', title: `Conference ${LONG}`, interval: { start: at('2026-11-30', '00:00'), end: at('2026-12-01', '00:00') }, isAllDay: true, kind: 'other' } as const;
const crowded: DecisionView = {
  ...decision, blockers: [...decision.blockers, conference],
  alsoWanted: [
    { wanted: hour('2026-12-01', '10:00'), takes: 'Eva Lind sits there and could be asked to move (4 times to offer).', blockers: [conference], ask: { ...ask, key: 'k/eva/1', name: 'Eva Lind', asksLately: 0, asksDays: 30 }, isOpenByHand: false },
    { wanted: hour('2026-12-02', '12:00'), takes: 'What stands there is not a client\'s session.', blockers: [], ask: null, isOpenByHand: false },
    { wanted: hour('2026-12-03', '18:00'), takes: 'Nothing stands there; it can be booked by hand.', blockers: [], ask: null, isOpenByHand: true },
  ],
};
const pending: PendingView = {
  coachName: 'Kim Berger', overlaps: 1, zone: BERLIN, guard: 'guard', google: 'active',
  rows: [
    { requestId: 'rq_1', incomingName: 'Sam Ortiz', wanted: hour('2026-11-30', '13:00'), standing: 'That time is taken.', turn: 'Your turn', needsYou: true },
    { requestId: 'rq_2', incomingName: LONG, wanted: hour('2026-12-01', '10:00'), standing: 'Eva Lind was asked to move and can answer until Tuesday 24 November, 12:00 (Berlin time).', turn: 'Eva Lind’s turn', needsYou: false },
  ],
  settled: [{ requestId: 'rq_3', incomingName: 'Noor', wanted: hour('2026-12-02', '14:00'), standing: null, turn: 'Booked', needsYou: false }],
};
const connect: ConnectView = { start: '/auth/google?connect=1&to=/connect', coach: { name: 'Kim Berger', zone: BERLIN, guard: 'guard' }, connection: { is: 'connected', account: 'kim@coach.example', since: null, open: 1 } };

const overlaps: OverlapsView = { zone: BERLIN, guard: 'guard', rows: [
  { id: 'fi_1', isInvitation: false, one: 'Dana: coaching', other: LONG, interval: hour('2026-11-30', '13:00'), standing: null },
  { id: 'fi_2', isInvitation: true, one: 'Board meeting', other: 'Eva: coaching', interval: hour('2026-12-01', '10:00'), standing: 'One of the clients is being asked to move.' },
] };
const overlap: OverlapView = {
  id: 'fi_1', zone: BERLIN, guard: 'guard', isInvitation: false, interval: hour('2026-11-30', '13:00'), stays: null, asking: null, cameBack: null, fault: null,
  moves: [
    { about: 'k/dana/1', title: 'Dana: coaching', interval: hour('2026-11-30', '13:00'), ask: { name: 'Dana Weber', email: 'dana@client.example', slots: offer.slots, answer: { forMs: 24 * HOUR, latest: at('2026-11-29', '13:00') }, asksLately: 1, asksDays: 30, rest: [] } },
    { about: 'k/sam/1', title: 'Sam 13h', interval: hour('2026-11-30', '13:00'), ask: { name: 'Sam', email: null, slots: offer.slots.slice(0, 1), answer: { until: at('2026-11-24', '12:00') }, asksLately: 0, asksDays: 30, rest: [{ ...conference, title: 'Conference' }] } },
    { about: 'k/eva/1', title: 'Eva', interval: hour('2026-11-30', '13:00'), ask: { why: 'This client was asked to move lately.' } },
  ],
};

/** The offer page in all its states; `about`: whose. */
const offers = (about: string, view: OfferView, states: readonly OfferView['state'][]): [string, string][] =>
  states.map((state) => [`${about}, ${state}`, offerPage({ ...view, state, isOpen: ['open', 'confirm', 'confirm-keep', 'confirm-mute', 'confirm-withdraw'].includes(state) })]);

export const DRAWN: readonly (readonly [name: string, html: string])[] = [
  ...offers('ask', offer, ['open', 'confirm', 'confirm-keep', 'confirm-mute', 'working', 'done', 'kept', 'over']),
  ...offers('offer', pick, ['open', 'confirm', 'confirm-withdraw', 'working', 'done', 'withdrawn', 'over']),
  ['ask, open, seen from New York, other times wanted', offerPage({ ...offer, zone: 'America/New_York', ownZone: 'America/New_York', isNoneOpen: true, coachName: LONG, note: 'These are other free times.' })],
  ['ask, open, with nothing to offer', offerPage({ ...offer, slots: [], note: 'This cannot be done right now. Nothing has changed. Please try again later; your choices stay.' })],
  ['ask, muted after the end', offerPage({ ...offer, state: 'over', isOpen: false, isMuted: true, isTooLate: true, sessionIsPast: true })],
  ['ask, about to be muted after the end', offerPage({ ...offer, state: 'confirm-mute', isOpen: false })],
  ['offer, over, no longer wanted', offerPage({ ...pick, state: 'over', isOpen: false, isTooLate: true, isStillWanted: false })],
  ['decision, open', decisionPage(decision)],
  ...(['option1', 'option2', 'decline', 'manual'] as const).map((prepared): [string, string] => [`decision, ${prepared} prepared`, decisionPage({ ...decision, prepared })]),
  ['decision, several blockers and times', decisionPage({ ...crowded, prepared: 'option2', fault: 'Something else stands there too: Conference. Tick it if it does not matter here.' })],
  ['decision, an address is missing', decisionPage({ ...decision, ask: { ...ask, email: null } })],
  ['decision, nobody knows who it is', decisionPage({ ...decision, ask: { ...ask, name: 'Dana 13h', email: null, unnamedKey: 'k/dana/1', asksLately: 0, asksDays: 30 }, blockers: [{ key: 'k/dana/1', title: 'Dana 13h', interval: hour('2026-11-30', '13:00'), isAllDay: false, kind: 'unnamed' }] })],
  ['decision, nothing possible', decisionPage({ ...decision, ask: { why: 'A group stands there. Groups are never asked to move.' }, otherSlots: [], manual: [] })],
  ['decision, promised', decisionPage({ ...decision, ask: { why: 'The time is promised to somebody else already.' }, blockers: [{ key: 'promised', title: 'Promised to another request', interval: decision.wanted, isAllDay: false, kind: 'promised' }] })],
  ['decision, stale', decisionPage({ ...decision, isOpen: false, isStale: true })],
  ['decision, just decided', decisionPage({ ...decision, isOpen: false, isDecided: true, standing: 'Dana Weber was asked to move and can answer until Tuesday 24 November, 12:00 (Berlin time).' })],
  ['decision, decided without a mail', decisionPage({ ...decision, isOpen: true, isDecided: true, passOn: { name: 'Dana', link: `https://makeway.example/l/k1.${'a'.repeat(16)}.${'A'.repeat(22)}` }, standing: 'Dana was asked to move and can answer until Tuesday 24 November, 12:00 (Berlin time).' })],
  ['decision, settled', decisionPage({ ...decision, isOpen: false, blockers: [], neighbours: [], standing: 'Declined.' })],
  ['decision, signed in', decisionPage({ ...decision, guard: 'guard', historyPath: '/history?request=rq_1', action: '/pending/rq_1' })],
  ['pending', pendingPage(pending)],
  ['pending, nothing there', pendingPage({ ...pending, rows: [], settled: [] })],
  ['pending, Google is away', pendingPage({ ...pending, google: 'broken' })],
  ['pending, not connected', pendingPage({ ...pending, google: 'none' })],
  ['overlaps', overlapsPage(overlaps)],
  ['overlaps, nothing there', overlapsPage({ ...overlaps, rows: [] })],
  ['overlap, two sessions', overlapPage(overlap)],
  ['overlap, an address and a tick are missing', overlapPage({ ...overlap, fault: 'Something else stands there too: Conference. Tick it if it does not matter here.', cameBack: 'There was no answer in time. Nothing has changed.' })],
  ['overlap, an invitation', overlapPage({ ...overlap, isInvitation: true, stays: 'Board meeting', moves: overlap.moves.slice(0, 1) })],
  ['overlap, being asked', overlapPage({ ...overlap, asking: 'Dana Weber was asked to move and can answer until Tuesday 24 November, 12:00 (Berlin time).' })],
  ['connect, a stranger', connectPage({ ...connect, coach: null, connection: null })],
  ['connect, connected', connectPage(connect)],
  ['connect, broken', connectPage({ ...connect, connection: { is: 'broken', account: 'kim@coach.example', since: at('2026-11-23', '09:00'), open: 2 } })],
  ['connect, leaving', connectPage({ ...connect, connection: { is: 'leaving', wasNotReached: false } })],
  ['connect, none', connectPage({ ...connect, connection: { is: 'none', wasNotReached: false } })],
  ['connect, left without Google', connectPage({ ...connect, connection: { is: 'none', wasNotReached: true } })],
  ['sign in', signInPage({ start: '/auth/google?to=/pending', note: 'You are signed out.' })],
  ['message, good', messagePage({ title: 'Done', lines: ['All is well.'], tone: 'good' })],
  ['message, bad', messagePage({ title: 'Something went wrong', lines: ['Something went wrong on our side. Nothing was lost; please try again in a moment.'], tone: 'bad', link: { href: '/sign-in', text: 'Sign in' } })],
];
