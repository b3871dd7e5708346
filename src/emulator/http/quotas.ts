import { projectOf, type Caller } from '../caller.js';
import type { Store } from '../store/store.js';
import type { JsonObject, StoredEvent } from '../store/model.js';
import { quotaExceeded } from './api-error.js';
import { dayRefusal, type DayUse, GOOGLE_LIMITS, isUsedUp, minuteRefusal, type QuotaLimits } from './quota-limits.js';
import { type KeptCount, SlidingCount } from './sliding-count.js';

const KINDS = ['events', 'calendars', 'invitations'] as const;
type Kind = (typeof KINDS)[number];
interface DayRow { readonly counts: Readonly<Record<Kind, KeptCount>>; readonly stopped: boolean }

const HOUR_MS = 3_600_000;
/** Above so many counters, those that have nothing left in their minute are dropped. */
const SWEPT_FROM = 2_000;
/** Calls with the sandbox header, and what a control call does in the place of Google's own pages: no project is behind them. */
const isFree = (caller: Caller): boolean => caller.clientId === 'sandbox' || caller.clientId === 'ui';

/**
 * Google's quotas, on the emulator's clock: calls per sliding minute (in memory, to the second) and what an account
 * creates within a day (in the store, to the hour). Callers with the sandbox header are not counted.
 */
export class Quotas {
  private readonly projects = new Map<string, SlidingCount>();
  private readonly users = new Map<string, { readonly project: string; readonly user: string; readonly count: SlidingCount }>();

  constructor(private readonly store: Store) {}

  limits(): QuotaLimits {
    return (this.store.meta.get('quotas') as QuotaLimits | undefined) ?? GOOGLE_LIMITS;
  }

  setLimits(change: Partial<QuotaLimits>): void {
    this.store.meta.putSync('quotas', { ...this.limits(), ...change });
  }

  /** Google's numbers again, and nothing used. */
  reset(): void {
    this.projects.clear();
    this.users.clear();
    this.store.transact(() => {
      this.store.meta.removeSync('quotas');
      for (const { account } of this.days()) this.store.meta.removeSync(`usage:${account}`);
    });
  }

  /**
   * Charges a call to its project and its user: the account, or for a service account the service account itself unless
   * it names another `quotaUser` (sheet 6). Throws 403 or 429 if the minute is used up; refused calls are not charged.
   */
  charge(caller: Caller, quotaUser: string | undefined): void {
    if (isFree(caller)) return;
    const now = this.store.clock.now();
    const user = caller.serviceAccount === undefined ? caller.account : quotaUser ?? caller.serviceAccount.email;
    const project = projectOf(caller.clientId), ofProject = this.ofProject(project, now), ofUser = this.ofUser(project, user, now);
    const refusal = minuteRefusal(this.limits(), { project: ofProject.within(now), user: ofUser.within(now) });
    if (refusal !== undefined) throw refusal;
    ofProject.add(now);
    ofUser.add(now);
  }

  /** Throws 403 `quotaExceeded` for an account that went over a usage limit and still has no room. Asked before each write. */
  refuseIfStopped(caller: Caller): void {
    if (!isFree(caller) && this.isStopped(caller.account)) throw quotaExceeded();
  }

  /** Counts an event that was created, and the invitations of people elsewhere that a write sends. Throws 403 above the limit. Use within `transact`. */
  countEvent(caller: Caller, before: StoredEvent | undefined, after: StoredEvent): void {
    if (isFree(caller)) return;
    const known = new Set(before?.content.attendees?.map((each) => each.email.toLowerCase()));
    const guests = after.privateCopy === true ? [] : after.content.attendees ?? [];
    const invited = guests.filter(({ email, resource }) => resource !== true && !known.has(email.toLowerCase()) && this.store.account(email) === undefined);
    this.count(caller.account, { events: before === undefined ? 1 : 0, calendars: 0, invitations: invited.length });
  }

  /** Counts a calendar that was created. Throws 403 above the limit. Use within `transact`. */
  countCalendar(caller: Caller): void {
    if (!isFree(caller)) this.count(caller.account, { events: 0, calendars: 1, invitations: 0 });
  }

  /** Remembers that an account went over a usage limit. */
  stop(caller: Caller): void {
    if (isFree(caller)) return;
    this.store.meta.putSync(`usage:${caller.account}`, { ...this.keep(this.dayCounts(caller.account)), stopped: true } satisfies DayRow);
  }

  /** Limits, and what is used of them now. */
  use(): JsonObject {
    const now = this.store.clock.now();
    return {
      limits: { ...this.limits() },
      minute: [...this.projects].map(([project, count]) => ({
        project, calls: count.within(now),
        users: [...this.users.values()].filter((each) => each.project === project).map(({ user, count: own }) => ({ user, calls: own.within(now) })),
      })),
      day: this.days().map(({ account, use }) => ({ account, ...use, stopped: this.isStopped(account) })),
    };
  }

  private isStopped(account: string): boolean {
    const row = this.store.meta.get(`usage:${account}`) as DayRow | undefined;
    return row?.stopped === true && isUsedUp(this.limits(), this.dayUse(this.dayCounts(account)));
  }

  private count(account: string, more: DayUse): void {
    if (KINDS.every((kind) => more[kind] === 0)) return;
    const counts = this.dayCounts(account), now = this.store.clock.now();
    for (const kind of KINDS) counts[kind].add(now, more[kind]);
    const refusal = dayRefusal(this.limits(), this.dayUse(counts));
    if (refusal !== undefined) throw refusal;
    this.store.meta.putSync(`usage:${account}`, { ...this.keep(counts), stopped: false } satisfies DayRow);
  }

  private dayCounts(account: string): Record<Kind, SlidingCount> {
    const row = this.store.meta.get(`usage:${account}`) as DayRow | undefined;
    const of = (kind: Kind): SlidingCount => new SlidingCount(HOUR_MS, 24, row?.counts[kind]);
    return { events: of('events'), calendars: of('calendars'), invitations: of('invitations') };
  }

  private dayUse(counts: Record<Kind, SlidingCount>): DayUse {
    const now = this.store.clock.now();
    return { events: counts.events.within(now), calendars: counts.calendars.within(now), invitations: counts.invitations.within(now) };
  }

  private keep(counts: Record<Kind, SlidingCount>): Pick<DayRow, 'counts'> {
    return { counts: { events: counts.events.kept(), calendars: counts.calendars.kept(), invitations: counts.invitations.kept() } };
  }

  private days(): { account: string; use: DayUse }[] {
    return [...this.store.meta.getKeys({ start: 'usage:', end: 'usage;' })].map((key) => {
      const account = key.slice('usage:'.length);
      return { account, use: this.dayUse(this.dayCounts(account)) };
    });
  }

  private ofProject(project: string, now: number): SlidingCount {
    const count = this.projects.get(project) ?? new SlidingCount(1_000, 60);
    if (this.projects.size > SWEPT_FROM) for (const [key, each] of this.projects) if (each.within(now) === 0) this.projects.delete(key);
    this.projects.set(project, count);
    return count;
  }

  private ofUser(project: string, user: string, now: number): SlidingCount {
    const key = JSON.stringify([project, user]);
    const entry = this.users.get(key) ?? { project, user, count: new SlidingCount(1_000, 60) };
    if (this.users.size > SWEPT_FROM && !this.users.has(key)) for (const [other, { count }] of this.users) if (count.within(now) === 0) this.users.delete(other);
    this.users.set(key, entry);
    return entry.count;
  }
}
