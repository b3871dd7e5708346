/** The mirror: calendars with their cursor, channels, events, and the occurrences derived from them.
 *  New tables only: no locks, no backfill.
 *  Waiting rows carry wake_at, attempts, lease_owner, lease_until, fence: rows are the queue. */
const WORK = `
    wake_at timestamptz,
    attempts integer not null default 0,
    lease_owner text,
    lease_until timestamptz,
    fence bigint not null default 0,
    last_error text`;

export const up = (knex) => knex.raw(`
  create table calendars (
    coach_id text not null references coaches on delete cascade,
    id text not null,
    google_id text not null,
    summary text not null,
    time_zone text not null,
    access_role text not null,
    role text not null check (role in ('sessions', 'busy', 'requests', 'ignored')),
    cursor text,
    cursor_shape integer,
    generation bigint not null default 0,
    dirty bigint not null default 1,
    pulled bigint not null default 0,
    last_pull_at timestamptz,
    last_full_at timestamptz,
    expanded_until timestamptz,
    frozen_at timestamptz,
    freeze_reason text,
    ${WORK},
    primary key (coach_id, id),
    unique (coach_id, google_id),
    check ((frozen_at is null) = (freeze_reason is null)),
    check ((lease_owner is null) = (lease_until is null))
  );
  create index calendars_due on calendars (wake_at) where wake_at is not null;

  create table channels (
    coach_id text not null,
    id text not null,
    calendar_id text not null,
    token_hash bytea not null,
    address text not null,
    resource_id text,
    state text not null check (state in ('opening', 'open', 'closing', 'closed', 'refused')),
    expires_at timestamptz,
    last_message_number bigint not null default 0,
    last_message_at timestamptz,
    created_at timestamptz not null,
    ${WORK},
    primary key (coach_id, id),
    unique (id),
    foreign key (coach_id, calendar_id) references calendars on delete cascade,
    check (state <> 'open' or (resource_id is not null and expires_at is not null)),
    check ((lease_owner is null) = (lease_until is null))
  );
  create unique index channels_one_live on channels (coach_id, calendar_id) where state in ('opening', 'open');
  create index channels_due on channels (wake_at) where wake_at is not null;

  create table staged_events (
    coach_id text not null,
    calendar_id text not null,
    id text not null,
    event jsonb not null,
    primary key (coach_id, calendar_id, id),
    foreign key (coach_id, calendar_id) references calendars on delete cascade
  );

  create table events (
    coach_id text not null,
    calendar_id text not null,
    id text not null,
    root_id text not null,
    etag text not null,
    updated_at timestamptz,
    generation bigint not null,
    applied_at timestamptz not null,
    event jsonb not null,
    primary key (coach_id, calendar_id, id),
    foreign key (coach_id, calendar_id) references calendars on delete cascade
  );
  create index events_by_root on events (coach_id, calendar_id, root_id);

  create table occurrences (
    coach_id text not null,
    calendar_id text not null,
    root_id text not null,
    original_key text not null,
    event_id text not null,
    period tstzrange not null check (not isempty(period) and lower_inc(period) and not upper_inc(period)),
    is_all_day boolean not null,
    blocking text not null check (blocking in ('busy', 'soft', 'free')),
    primary key (coach_id, calendar_id, root_id, original_key),
    foreign key (coach_id, calendar_id) references calendars on delete cascade
  );
  create index occurrences_by_time on occurrences using gist (coach_id, period) where blocking <> 'free';
`);

export const down = (knex) => knex.raw(`drop table occurrences, events, staged_events, channels, calendars`);
