import type { Policy } from '../kernel/policy.js';
import type { Instant } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { addDays, wallClock } from '../kernel/zone.js';

const ZONE = 'Europe/Berlin';
/** In the demo, Dana may be asked again and again: the story can be played more than once. */
export const DEMO_POLICY: Partial<Policy> = { asksPerClient: { count: 50, days: 30 } };
export const DEMO = {
  coach: { slug: 'kim', name: 'Kim Berger', email: 'kim@coach.example', zone: ZONE },
  people: [
    { name: 'Kim Berger', email: 'kim@coach.example', role: 'coach' },
    { name: 'Dana Weber', email: 'dana@client.example', role: 'existing' },
    { name: 'Sam Ortiz', email: 'sam@client.example', role: 'incoming' },
  ],
} as const;
const OTHERS = [{ name: 'Alex Lind', email: 'alex@client.example' }, { name: 'Mira Koch', email: 'mira@client.example' }, { name: 'Noor Haddad', email: 'noor@client.example' }];

type Plan = { readonly id: string; readonly title: string; readonly rule: string; readonly guests?: readonly { name: string; email: string }[]; readonly transparent?: boolean; readonly isBeside?: boolean } & (
  | { readonly weekday: number; readonly from: string; readonly to: string }
  | { readonly weekday: number; readonly allDay: true });

const dana = DEMO.people[1];
const weekly = (day: string, interval = 1): string => `RRULE:FREQ=WEEKLY;${interval > 1 ? `INTERVAL=${interval};` : ''}BYDAY=${day}`;
/** A lifelike fortnight, endless: weekly and fortnightly clients, one known by title only, lunch, a group, a day off, a note. */
const FORTNIGHT: readonly Plan[] = [
  { id: 'demodana', title: 'Dana: coaching', weekday: 1, from: '13:00', to: '14:00', rule: weekly('MO'), guests: [dana] },
  { id: 'demoalec', title: 'Alex: coaching', weekday: 1, from: '10:00', to: '11:00', rule: weekly('MO'), guests: [{ name: 'Alex Lind', email: 'alex@client.example' }] },
  { id: 'demolunch', title: 'Lunch', weekday: 1, from: '12:00', to: '12:45', rule: weekly('MO,TU,WE,TH,FR') },
  { id: 'demojonas', title: 'Jonas 15h', weekday: 2, from: '15:00', to: '16:00', rule: weekly('TU') },
  { id: 'demomira', title: 'Mira: coaching', weekday: 2, from: '09:00', to: '10:00', rule: weekly('TU', 2), guests: [{ name: 'Mira Koch', email: 'mira@client.example' }] },
  { id: 'demogroup', title: 'Group: Mira and Noor', weekday: 3, from: '16:00', to: '17:00', rule: weekly('WE'), guests: OTHERS.slice(1) },
  { id: 'demonoor', title: 'Noor: coaching', weekday: 4, from: '11:00', to: '12:00', rule: weekly('TH', 2), isBeside: true, guests: [{ name: 'Noor Haddad', email: 'noor@client.example' }] },
  { id: 'demofree', title: 'Day off', weekday: 5, allDay: true, rule: weekly('FR', 2), isBeside: true },
  { id: 'demonote', title: 'Invoices are due', weekday: 3, allDay: true, rule: weekly('WE', 2), transparent: true },
];

/** Makes the demo accounts and the coach's fortnight in the emulator, through its public doors. What is there stays. */
export async function seedDemoCalendar(emulatorUrl: string, danasTime: Instant): Promise<void> {
  const call = async (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(emulatorUrl + path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
  for (const person of [...DEMO.people, ...OTHERS]) {
    const made = await call('/control/accounts', { email: person.email, name: person.name, timeZone: ZONE });
    if (!made.ok) throw new Problem('GOOGLE_REFUSED', 'The emulator did not take a demo account.', { status: made.status });
  }
  for (const plan of FORTNIGHT) {
    // Begun weeks ago, as a running practice's series are; fortnightly ones fall into Dana's week, or beside it.
    let date = addDays(wallClock(danasTime, ZONE).date, plan.isBeside ? -49 : -42);
    while (new Date(`${date}T00:00:00Z`).getUTCDay() !== plan.weekday % 7) date = addDays(date, 1);
    const timed = (time: string): { dateTime: string; timeZone: string } => ({ dateTime: `${date}T${time}:00`, timeZone: ZONE });
    const made = await call(`/calendar/v3/calendars/${encodeURIComponent(DEMO.coach.email)}/events?sendUpdates=none`, {
      id: plan.id, summary: plan.title, recurrence: [plan.rule],
      ...('allDay' in plan ? { start: { date }, end: { date: addDays(date, 1) } } : { start: timed(plan.from), end: timed(plan.to) }),
      ...(plan.transparent && { transparency: 'transparent' }),
      ...(plan.guests && { attendees: plan.guests.map((g) => ({ email: g.email, displayName: g.name, responseStatus: 'accepted' })) }),
    }, { authorization: `Bearer sandbox:${DEMO.coach.email}` });
    if (!made.ok && made.status !== 409) throw new Problem('GOOGLE_REFUSED', 'The emulator did not take a demo event.', { status: made.status, plan: plan.id });
  }
}
