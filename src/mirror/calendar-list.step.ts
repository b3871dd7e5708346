/** Carries out what the list of calendars means. Each function belongs into the transaction that moves the list's cursor. */
import type { CalendarListEntry } from '../google/google.port.js';
import type { CoachId } from '../kernel/ids.js';
import type { Instant } from '../kernel/interval.js';
import { enqueueAboutCalendar } from '../mail/outbox.store.js';
import type { Tx } from '../postgres/transaction.js';
import { wakeAllOf } from '../work/due.store.js';
import { remember } from '../work/history.store.js';
import type { Shell } from '../work/shell.port.js';
import { lockMirror } from './apply.store.js';
import { firstRole, forgets, heedAbsence, heedEntry, LINE, type Reaction, type Sight } from './calendar-list.js';
import { insertCalendar, keepEntry, markAbsent, markGone, setRetired, setRole, type Known } from './calendar-list.store.js';
import { cancelSessions, closeChannels, forgetMirror, forgetPlace } from './forget.store.js';
import { calendarRow, markDirty } from './calendar.store.js';

interface Scene { readonly tx: Tx; readonly shell: Shell; readonly now: Instant; /** Counts reads of the list: names its letters. */ readonly reading: number }

/** Takes up a calendar that was not known. The baseline is told in one line, by the caller. */
export async function takeUp({ tx, now }: Scene, coachId: CoachId, entry: CalendarListEntry, isBaseline: boolean): Promise<void> {
  const role = firstRole(entry, isBaseline);
  const calendarId = await insertCalendar(tx, coachId, entry, role, now);
  if (!isBaseline) await remember(tx, { coachId, at: now, what: LINE['take up'], by: 'google', calendarId, facts: { role, access: entry.accessRole } });
}

/** The same calendar under a new id. Its place and its channel belonged to the old one. */
export async function relink({ tx, now }: Scene, known: Known, entry: CalendarListEntry): Promise<void> {
  await keepEntry(tx, known, entry);
  await closeChannels(tx, known, now);
  await forgetPlace(tx, known);
  await markDirty(tx, known.coachId, known.id, now);
  await remember(tx, { coachId: known.coachId, at: now, what: LINE.relink, by: 'google', calendarId: known.id });
}

/** Heeds an entry about a known calendar. Returns how many reactions there were. */
export async function heed(scene: Scene, known: Known, entry: CalendarListEntry): Promise<number> {
  const reactions = heedEntry(known, entry);
  if (reactions.some(forgets)) await waitForPull(scene, known);
  if (reactions.length > 0 || known.listed === null || known.isPrimary !== entry.isPrimary) await keepEntry(scene.tx, known, entry);
  for (const reaction of reactions) await react(scene, known, reaction, { from: known.listedAccess ?? known.accessRole, to: entry.accessRole });
  return reactions.length;
}
/** Heeds that a known calendar is not on the list. */
export async function heedGone(scene: Scene, known: Known, sight: Sight | null): Promise<number> {
  const reactions = heedAbsence(known, sight, scene.now);
  if (reactions.some(forgets)) await waitForPull(scene, known);
  for (const reaction of reactions) await react(scene, known, reaction, {});
  return reactions.length;
}

/** A pull holds its mirror first and the calendar's row last; so do we. */
async function waitForPull({ tx }: Scene, known: Known): Promise<void> {
  const row = await calendarRow(tx, known.coachId, known.id);
  if (row) await lockMirror(tx, row);
}

async function react(scene: Scene, known: Known, reaction: Reaction, access: { from?: string; to?: string }): Promise<void> {
  const { tx, shell, now, reading } = scene;
  const tell = (kind: 'calendar-gone' | 'calendar-read-only'): Promise<void> => enqueueAboutCalendar(tx, { coachId: known.coachId, kind, calendarId: known.id, revision: reading }, shell.mailFrom, now);
  let facts: Readonly<Record<string, unknown>> = {};
  switch (reaction.do) {
    case 'rename':
    case 'show': break;
    case 'note access': facts = access; break;
    case 'list again':
    case 'lay out anew': await markDirty(tx, known.coachId, known.id, now); break;
    case 'stop writing':
      await tell('calendar-read-only');
      await wakeAllOf(tx, known.coachId, now);
      break;
    case 'write again': await wakeAllOf(tx, known.coachId, now); break;
    case 'read anew':
      // Masters become single busy times, or the other way round: nothing of the one is found again in the other.
      facts = { events: await forgetMirror(tx, known) };
      await markDirty(tx, known.coachId, known.id, now);
      break;
    case 'take back':
      await forgetMirror(tx, known);
      await setRole(tx, known, reaction.role, now);
      facts = { role: reaction.role };
      break;
    case 'note absence': await markAbsent(tx, known); break;
    case 'lose sight': await markGone(tx, known, now); break;
    case 'regain sight':
      await markGone(tx, known, null);
      await markDirty(tx, known.coachId, known.id, now);
      break;
    case 'retire': {
      // Its events and sessions were deleted with it; nobody here is blocked by what is no more.
      const events = await forgetMirror(tx, known);
      facts = { role: known.role, events, sessions: await cancelSessions(tx, known, now) };
      await closeChannels(tx, known, now);
      await setRetired(tx, known, now);
      await tell('calendar-gone');
      await wakeAllOf(tx, known.coachId, now);
    }
  }
  await remember(tx, { coachId: known.coachId, at: now, what: LINE[reaction.do], by: 'google', calendarId: known.id, facts });
}
