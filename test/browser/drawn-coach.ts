/** The coach's pages in every state, with values as long and as odd as they come. */
import { HOUR, MINUTE, plus, type Instant } from '../../src/kernel/interval.js';
import { DEFAULT_POLICY } from '../../src/kernel/policy.js';
import { atWallClock } from '../../src/kernel/zone.js';
import { calendarsPage, clientPage, clientsPage, erasePage, historyPage, NOTHING_TOLD, rulesPage, type CalendarView, type ClientsView, type ClientView, type RulesView } from '../../src/web/pages/index.js';

const ZONE = 'Europe/Berlin';
const LONG = 'Bartholomäus-Alexander Oberhuber-Wintersteiner';
const at = (date: string, time: string): Instant => atWallClock(date, time, ZONE);
const hour = (date: string, time: string) => ({ start: at(date, time), end: plus(at(date, time), HOUR) });
const frame = { guard: 'guard', zone: ZONE, told: NOTHING_TOLD };
const refused = { done: null, faults: ['Pause around sessions: “ten” is no number. Write, for example, 0.', 'How far ahead: At most 85 days.'] };

const calendar: CalendarView = { id: 'ca_1', title: 'kim@coach.example', zone: ZONE, role: 'sessions', may: ['sessions', 'busy', 'hours', 'requests', 'ignored'], isPrimary: true, canWrite: true, isBusyOnly: false, frozen: null, isUnread: false, isOffTheList: false, was: null };
const calendars: readonly CalendarView[] = [
  calendar, { ...calendar, id: 'ca_2', title: `Family ${LONG}`, role: 'busy', isPrimary: false, canWrite: false, isOffTheList: true }, { ...calendar, id: 'ca_3', title: 'Office hours', role: 'hours', isPrimary: false, isUnread: true },
  { ...calendar, id: 'ca_4', title: 'Practice', role: 'busy', isPrimary: false, isBusyOnly: true, canWrite: false, may: ['busy', 'hours', 'ignored'], frozen: { since: at('2026-11-23', '09:00'), why: 'it cannot be read at Google' } },
  { ...calendar, id: 'ca_5', title: 'Old studio', role: 'ignored', isPrimary: false, was: 'busy' },
];
const rules: RulesView = { guard: 'guard', policy: DEFAULT_POLICY, name: 'Kim Berger', zone: ZONE, slug: 'kim', bookingUrl: 'https://makeway.example/book/kim', hasHoursCalendar: false, told: NOTHING_TOLD, sent: null };
const clients: ClientsView = {
  ...frame, clients: [
    { id: 'cl_1', name: 'Dana Weber', email: 'dana@client.example', next: hour('2026-11-30', '13:00'), askedAt: at('2026-11-20', '09:00'), isMuted: false, open: 0 },
    { id: 'cl_2', name: LONG, email: null, next: null, askedAt: null, isMuted: true, open: 2 },
  ],
  found: [{ email: 'eva.maria.lind@a-long-domain.client.example', name: 'Eva Lind', next: hour('2026-12-01', '10:00'), count: 3 }],
  unnamed: [{ key: 'noor', title: 'Noor 13h', next: hour('2026-12-02', '13:00'), count: 8 }, { key: 'x', title: LONG, next: hour('2026-12-03', '09:00'), count: 1 }],
  named: [{ key: 'dana', clientId: 'cl_1', name: 'Dana Weber' }, { key: 'choir', clientId: null, name: null }],
};
const client: ClientView = {
  ...frame, id: 'cl_1', name: 'Dana Weber', email: 'dana@client.example', clientZone: 'America/New_York', isMuted: false, askedAt: at('2026-11-20', '09:00'),
  toCome: Array.from({ length: 9 }, (_, i) => hour(`2026-12-0${i + 1}`, '13:00')), titles: ['dana'],
  requests: [{ id: 'rq_1', sessionType: 'Coaching', wantedAt: at('2026-11-30', '13:00'), lengthMinutes: 60, state: 'booked' }], typed: null,
};
const row = (id: number, time: string, says: string, name: string | null, date = '2026-11-23') => ({ id, at: at(date, time), says, request: name === null ? null : { id: `rq_${id}`, name } });
const lines = [
  row(9, '11:02', 'The session of Sam Ortiz was written to Google for Monday 30 November, 13:00–14:00, seen there alone, and Sam Ortiz was invited.', 'Sam Ortiz'), row(8, '11:01', 'Dana Weber chose Monday 30 November, 14:00–15:00. It was held at once.', 'Sam Ortiz'),
  row(7, '10:00', `The same link showed fresh times:\n    Monday 30 November, 15:00–16:00, because: same day\n    Tuesday 1 December, 13:00–14:00`, LONG), row(6, '09:00', 'You changed rules: working hours.', null), row(5, '18:00', 'You connected your Google Calendar.', null, '2026-11-22'),
];

export const DRAWN_FOR_COACH: readonly (readonly [name: string, html: string])[] = [
  ['calendars', calendarsPage({ ...frame, isConnected: true, calendars })],
  ['calendars, a change refused, none for sessions', calendarsPage({ ...frame, isConnected: true, calendars: calendars.slice(1), told: { done: null, faults: ['Practice: It is used for that already.'] } })],
  ['calendars, not connected', calendarsPage({ ...frame, isConnected: false, calendars: [] })],
  ['rules', rulesPage(rules)],
  ['rules, saved, hours in a calendar', rulesPage({ ...rules, hasHoursCalendar: true, told: { done: 'Saved. It counts from now on.', faults: [] }, policy: { ...DEFAULT_POLICY, sessionTypes: [{ name: `First talk ${LONG}`, lengthMs: 20 * MINUTE }] } })],
  ['rules, refused', rulesPage({ ...rules, told: refused, policy: { ...DEFAULT_POLICY, workingHours: [] }, sent: { section: 'spacing', typed: { buffer: 'ten', horizon: '99' }, faults: { buffer: '“ten” is no number. Write, for example, 0.', horizon: 'At most 85 days.' } } })],
  ['clients', clientsPage(clients)],
  ['clients, nobody yet', clientsPage({ ...frame, clients: [], found: [], unnamed: [], named: [] })],
  ['client', clientPage(client)],
  ['client, refused', clientPage({ ...client, name: LONG, toCome: [], titles: [], requests: [], askedAt: null, clientZone: null, told: { done: null, faults: ['Name: it has 1 to 200 characters.'] }, typed: { name: '', email: 'x', zone: '', isMuted: true } })],
  ['erase', erasePage({ guard: 'guard', id: 'cl_1', name: 'Dana Weber', why: null, sessions: 4 })],
  ['erase, not now', erasePage({ guard: 'guard', id: 'cl_1', name: LONG, why: 'A request of theirs is not settled.', sessions: 0 })],
  ['history', historyPage({ guard: 'guard', zone: ZONE, rows: lines, about: null, isFirst: false, older: 4 })],
  ['history of one request', historyPage({ guard: 'guard', zone: ZONE, rows: lines.slice(0, 2), about: { id: 'rq_1', name: 'Sam Ortiz' }, isFirst: true, older: null })],
];
