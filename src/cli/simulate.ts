/** The body of `makeway simulate`: what would happen if somebody wanted a time. It writes nothing, and calls nobody. */
import { parseArgs } from 'node:util';
import { coachBySlug, type Coach } from '../coach/coach.store.js';
import { isOpenByHand } from '../conflicts/picture.js';
import { pictureOf } from '../conflicts/picture.store.js';
import { slotFacts, whyUnchecked } from '../conflicts/standing.store.js';
import { intervalFrom, MINUTE, plus, type Instant } from '../kernel/interval.js';
import { addDays, readRfc3339, startOfDay, wallClock } from '../kernel/zone.js';
import { inReadOnly, type Reader } from '../postgres/transaction.js';
import { clientByEmail, hasHadSession } from '../requests/client.store.js';
import { ownSessionAt, whyNotFree } from '../requests/judge.step.js';
import { rehearsed } from '../requests/rehearsal.js';
import { judgeGrid } from '../slots/search.js';
import type { Shell } from '../work/shell.port.js';

const USAGE = 'makeway simulate --coach <slug> --start <RFC 3339> [--length <minutes>] [--client <e-mail>]';

/** What to print, or what is wrong with the words. @throws a fault of parseArgs */
export async function simulate(shell: Shell, args: string[]): Promise<{ lines: string[] } | { fault: string }> {
  const { values } = parseArgs({ args, options: { coach: { type: 'string' }, start: { type: 'string' }, length: { type: 'string' }, client: { type: 'string' } } });
  if (values.coach === undefined || values.start === undefined) return { fault: USAGE };
  const start = readRfc3339(values.start);
  if (start === null) return { fault: '--start must be a time in RFC 3339, such as 2026-11-30T13:00:00+01:00.' };
  const minutes = values.length === undefined ? null : Number(values.length);
  if (minutes !== null && !(Number.isInteger(minutes) && minutes >= 5 && minutes <= 720)) return { fault: '--length must be a whole number of minutes, 5 to 720.' };
  const email = values.client?.trim().toLowerCase() ?? null;
  if (email !== null && !/^[^\s@<>"]+@[^\s@<>"]+$/.test(email)) return { fault: '--client must be an e-mail address.' };
  const coach = await coachBySlug(shell.db, values.coach);
  if (!coach) return { fault: `There is no coach "${values.coach}".` };
  const now = shell.clock.now();
  if (start <= now) return { fault: 'That time has passed: nobody can ask for it.' };
  if (start - now > coach.policy.horizonMs) return { fault: 'That time is further ahead than this coach takes bookings: it would be refused.' };
  const lengthMs = minutes === null ? coach.policy.lengthMs : minutes * MINUTE;
  return { lines: await inReadOnly(shell.db, (view) => rehearse(view, coach, { start, lengthMs, email }, now)) };
}

async function rehearse(db: Reader, coach: Coach, asked: { start: Instant; lengthMs: number; email: string | null }, now: Instant): Promise<string[]> {
  const wanted = intervalFrom(asked.start, asked.lengthMs);
  const client = asked.email === null ? null : await clientByEmail(db, coach.id, asked.email);
  const picture = await pictureOf(db, coach, { interval: wanted, requestId: null, clientId: client?.id ?? null }, now);
  const isOwn = asked.email !== null && (await ownSessionAt(db, coach, asked.email, [wanted.start])) !== null;
  const { date } = wallClock(wanted.start, coach.zone);
  const day = { start: startOfDay(date, coach.zone), end: startOfDay(addDays(date, 1), coach.zone) };
  const around = { start: plus(day.start, -8 * 24 * 60 * MINUTE), end: plus(day.end, 8 * 24 * 60 * MINUTE) };
  return rehearsed({
    now, zone: coach.zone, policy: coach.policy, coach, wanted, client: asked.email === null ? null : { name: client?.name ?? asked.email, email: asked.email },
    wasKnown: asked.email !== null && (await hasHadSession(db, coach.id, asked.email)),
    reason: isOwn ? 'own' : await whyUnchecked(db, coach) ?? await whyNotFree(db, coach, wanted, null, now),
    blockers: picture.blockers, neighbours: picture.neighbours, candidate: picture.candidate, ask: picture.ask, otherSlots: picture.otherSlots,
    isOpenByHand: isOpenByHand(picture), day: judgeGrid(await slotFacts(db, coach, now, asked.lengthMs, [], around), day),
  });
}
