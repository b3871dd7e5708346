/** Push health, the pace of reading, bounded full reads, and claims that stay quick with many calendars.
 *  Why: whether pushes reach us is measured per calendar; channels know when they stood, when Google first reached us by
 *  them, and when they are renewed; what is urgent, what is read in full and who is at work are found by index.
 *  Locks: each table for a moment; new columns have no default or a constant one, so nothing is written anew. The indexes
 *  are over calendars and channels, one row for each calendar of a coach: well under a second.
 *  Backfill: open channels count as standing since they were made, and are renewed when they would have been. */
export const up = (knex) => knex.raw(`
  alter table calendars
    add column pushes bigint not null default 0,
    add column pushes_seen bigint not null default 0,
    add column pushed_at timestamptz,
    add column push_proven_at timestamptz,
    add column push_misses integer not null default 0 check (push_misses >= 0),
    add column missed_by_push bigint not null default 0,
    add column unannounced_at timestamptz,
    add column awaited boolean not null default false,
    add column changed_at timestamptz,
    add column usual_gap_ms bigint,
    add column silent_since timestamptz,
    add column full_reads integer not null default 0,
    add column full_reads_since timestamptz,
    add column parked_reason text,
    add column freeze_told_at timestamptz;
  create index calendars_due_changes on calendars (wake_at) where wake_at is not null and cursor is not null;
  create index calendars_due_urgent on calendars (wake_at) where wake_at is not null and cursor is not null and (awaited or dirty > pulled);
  create index calendars_due_full on calendars (wake_at) where wake_at is not null and cursor is null;
  create index calendars_leased on calendars (coach_id, lease_until) where lease_until is not null;

  alter table channels
    add column opened_at timestamptz,
    add column greeted_at timestamptz,
    add column renew_at timestamptz,
    add column refused_reason text;
  update channels set opened_at = created_at, renew_at = wake_at where state = 'open';
  alter table channels add check (state <> 'open' or (opened_at is not null and renew_at is not null));
  create index calendar_lists_leased on calendar_lists (coach_id, lease_until) where lease_until is not null;
  create index channels_leased on channels (coach_id, lease_until) where lease_until is not null;
  create index channels_of_calendar on channels (coach_id, calendar_id) where state in ('opening', 'open', 'closing');

  create table cadence (
    id boolean primary key default true check (id),
    calendars integer not null,
    calls_per_day integer not null,
    budget_per_day integer not null,
    awaited_stretch double precision not null check (awaited_stretch >= 1),
    quiet_stretch double precision not null check (quiet_stretch >= 1),
    reckoned_at timestamptz not null
  );
`);

export const down = (knex) => knex.raw(`
  drop table cadence;
  drop index channels_of_calendar;
  drop index channels_leased, calendar_lists_leased;
  alter table channels drop column opened_at, drop column greeted_at, drop column renew_at, drop column refused_reason;
  drop index calendars_leased, calendars_due_full, calendars_due_urgent, calendars_due_changes;
  alter table calendars drop column pushes, drop column pushes_seen, drop column pushed_at, drop column push_proven_at, drop column push_misses,
    drop column missed_by_push, drop column unannounced_at, drop column awaited, drop column changed_at, drop column usual_gap_ms, drop column silent_since,
    drop column full_reads, drop column full_reads_since, drop column parked_reason, drop column freeze_told_at;
`);
