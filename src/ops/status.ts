/** What `makeway status` says, line by line. */
import { connectionInWords } from '../cli/grants.js';
import { allCoaches } from '../coach/coach.store.js';
import { DAY, HOUR, MINUTE, plus, type Instant } from '../kernel/interval.js';
import { unsentLetters } from '../mail/outbox.store.js';
import { followedCalendars, lastCadence, type Cadence, type Followed } from '../mirror/cadence.store.js';
import type { PushHealth } from '../mirror/push-health.js';
import { calendarsOf, type CalendarRow } from '../mirror/calendar.store.js';
import { unparsedByCalendar } from '../mirror/unread.store.js';
import { allOpenRequests } from '../requests/request.store.js';
import { needsCoach } from '../requests/request.js';
import { overdue } from '../work/due.store.js';
import { readRuns } from '../work/job-run.store.js';
import type { Shell } from '../work/shell.port.js';

/** A length as people say it: "40 s", "12 min", "3 h", "2 days". */
export function lengthInWords(ms: number): string {
  if (ms < 2 * MINUTE) return `${Math.max(0, Math.round(ms / 1000))} s`;
  if (ms < 2 * HOUR) return `${Math.round(ms / MINUTE)} min`;
  return ms < 2 * DAY ? `${Math.round(ms / HOUR)} h` : `${Math.round(ms / DAY)} days`;
}

const PUSH: Readonly<Record<PushHealth, string>> = {
  none: 'polled', unproven: 'push not proven yet, polled', proven: 'push proven', missing: 'PUSHES ARE MISSING, polled',
};

/** How a calendar is followed: by push or not, when it is read next, and what is wrong with it. */
export function followedInWords(calendar: Pick<CalendarRow, 'role' | 'last_pull_at' | 'frozen_at' | 'freeze_reason'>, f: Followed | undefined, now: Instant): string {
  const ago = (at: Instant | null): string => (at === null ? 'never' : `${lengthInWords(now - at)} ago`);
  const parts = [`read ${ago(calendar.last_pull_at)}`];
  if (f && calendar.role !== 'ignored') {
    if (f.nextAt !== null) parts.push(f.nextAt > now ? `next in ${lengthInWords(f.nextAt - now)}` : 'due');
    parts.push(PUSH[f.push] + (f.pushedAt === null ? '' : ` (last ${ago(f.pushedAt)})`));
    if (f.missedByPush > 0) parts.push(`missed by push: ${f.missedByPush}`);
    if (f.refusedReason !== null) parts.push(`cannot be watched: ${f.refusedReason}`);
    if (f.silentSince !== null) parts.push(`SILENT: nothing changes any more where it used to, noticed ${ago(f.silentSince)}`);
    if (f.parkedReason !== null) parts.push(`PARKED: ${f.parkedReason}`);
  }
  if (calendar.frozen_at !== null) parts.push(`FROZEN: ${calendar.freeze_reason ?? ''}`);
  return parts.join('  ');
}

/** How often Google is asked to keep the mirror, and whether that had to be stretched. */
export function cadenceInWords(c: Cadence | null): string {
  if (!c) return 'reading: the first sweep has not reckoned it yet';
  const stretch = [c.quiet_stretch > 1 ? `intervals ×${c.quiet_stretch.toFixed(1)}` : '', c.awaited_stretch > 1 ? `with an open request ×${c.awaited_stretch.toFixed(1)}` : ''].filter(Boolean).join(', ');
  return `reading: ${c.calendars === 1 ? '1 calendar' : `${c.calendars} calendars`}, about ${c.calls_per_day} calls a day of ${c.budget_per_day}; ${stretch === '' ? 'at their own pace' : `STRETCHED to keep the budget: ${stretch}`}`;
}

const notUnderstood = (found: { n: number; reason: string } | undefined): string =>
  (found ? `  ${found.n} events not understood, blocked as busy (most: ${found.reason})` : '');

export async function statusLines(shell: Shell): Promise<string[]> {
  const now = shell.clock.now();
  const ago = (at: Instant | null): string => (at === null ? 'never' : `${lengthInWords(now - at)} ago`);
  const lines: string[] = [];
  const unparsed = await unparsedByCalendar(shell.db);
  for (const c of await allCoaches(shell.db)) {
    lines.push(`${c.slug}  ${c.zone}  Google: ${await connectionInWords(shell, c.id)}`);
    const followed = await followedCalendars(shell.db, c.id, now);
    for (const k of await calendarsOf(shell.db, c.id)) lines.push(`    calendar ${k.id}  ${k.role}  ${followedInWords(k, followed.find((f) => f.id === k.id), now)}${notUnderstood(unparsed.find((u) => u.coach_id === c.id && u.calendar_id === k.id))}`);
  }
  lines.push(cadenceInWords(await lastCadence(shell.db)));
  if (shell.pushAddress === null) lines.push('pushes: none, since PUBLIC_URL is not https; calendars are polled');
  const open = await allOpenRequests(shell.db);
  lines.push(`requests: ${open.length} open, ${open.filter((r) => r.pending_reason !== null && needsCoach(r.pending_reason)).length} with a coach`);
  for (const l of await unsentLetters(shell.db)) lines.push(`mail ${l.letter}: ${l.state}, ${l.attempts} tries${l.last_error ? `, ${l.last_error}` : ''}, made ${ago(l.created_at)}`);
  for (const o of await overdue(shell.db, now, MINUTE)) lines.push(`overdue: ${o.n} in ${o.queue}, oldest ${ago(o.oldest)}${o.error ? `, last error ${o.error}` : ''}`);
  const failed = (await readRuns(shell.db, { failedOnly: true, after: 0, limit: 100 })).filter((r) => r.ended_at > plus(now, -DAY));
  lines.push(failed.length === 0 ? 'no failed jobs in the last day' : `${failed.length} failed jobs in the last day: makeway jobs --failed`);
  return lines;
}
