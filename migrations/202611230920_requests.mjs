/** Clients, sessions, requests and their resolutions. New tables only: no locks, no backfill. */
const WORK = `
    wake_at timestamptz,
    attempts integer not null default 0,
    lease_owner text,
    lease_until timestamptz,
    fence bigint not null default 0,
    last_error text`;

export const up = (knex) => knex.raw(`
  create table clients (
    coach_id text not null references coaches on delete cascade,
    id text not null,
    name text not null,
    email text check (email = lower(email)),
    time_zone text,
    muted_at timestamptz,
    created_at timestamptz not null,
    primary key (coach_id, id),
    unique (coach_id, email)
  );

  create table named_titles (
    coach_id text not null,
    key text not null,
    client_id text,
    named_at timestamptz not null,
    primary key (coach_id, key),
    foreign key (coach_id) references coaches on delete cascade,
    foreign key (coach_id, client_id) references clients on delete cascade
  );

  create table requests (
    coach_id text not null references coaches on delete cascade,
    id text not null,
    client_id text not null,
    source text not null check (source in ('api')),
    session_type text not null,
    length_minutes integer not null check (length_minutes between 5 and 720),
    wanted_starts timestamptz[] not null check (cardinality(wanted_starts) between 1 and 10),
    wanted_at timestamptz not null,
    idempotency_key text,
    idempotency_hash bytea,
    state text not null check (state in ('pending_resolution', 'booking', 'booked', 'declined', 'expired')),
    pending_reason text,
    revision integer not null default 1,
    booked_at timestamptz,
    booked_start timestamptz,
    booked_event_id text,
    seen_free_at timestamptz,
    settled_at timestamptz,
    freed_noticed_at timestamptz,
    created_at timestamptz not null,
    ${WORK},
    primary key (coach_id, id),
    unique (idempotency_key),
    foreign key (coach_id, client_id) references clients,
    check ((idempotency_key is null) = (idempotency_hash is null)),
    check ((state = 'pending_resolution') = (pending_reason is not null)),
    check ((state = 'booked') = (booked_event_id is not null and booked_start is not null and booked_at is not null and seen_free_at is not null)),
    check ((state in ('booked', 'declined', 'expired')) = (settled_at is not null)),
    check (state not in ('pending_resolution', 'booking') or wake_at is not null),
    check ((lease_owner is null) = (lease_until is null))
  );
  create unique index requests_by_id on requests (id);
  create index requests_due on requests (wake_at) where wake_at is not null;
  create index requests_open on requests (coach_id, wanted_at) where state in ('pending_resolution', 'booking');

  create table sessions (
    coach_id text not null,
    id text not null,
    client_id text not null,
    request_id text,
    calendar_id text not null,
    root_id text not null,
    original_key text not null,
    event_id text not null,
    scheduled_at timestamptz not null,
    length_minutes integer not null,
    status text not null check (status in ('proposed', 'scheduled', 'cancelled')),
    invite_sent boolean not null default false,
    cancellation_reason text,
    created_at timestamptz not null,
    primary key (coach_id, id),
    unique (coach_id, calendar_id, root_id, original_key),
    foreign key (coach_id, client_id) references clients,
    foreign key (coach_id, request_id) references requests,
    foreign key (coach_id, calendar_id) references calendars,
    check (invite_sent = (cancellation_reason is not null))
  );

  create index sessions_by_client on sessions (coach_id, client_id, scheduled_at);

  create table holds (
    coach_id text not null references coaches on delete cascade,
    id text not null,
    request_id text not null,
    kind text not null check (kind in ('promise', 'choice')),
    period tstzrange not null check (not isempty(period) and lower_inc(period) and not upper_inc(period)),
    created_at timestamptz not null,
    released_at timestamptz,
    release_reason text,
    primary key (coach_id, id),
    foreign key (coach_id, request_id) references requests,
    check ((released_at is null) = (release_reason is null)),
    constraint holds_never_overlap exclude using gist (coach_id with =, period with &&) where (released_at is null)
  );
  create index holds_by_request on holds (coach_id, request_id);

  create table resolutions (
    coach_id text not null,
    id text not null,
    request_id text not null,
    option smallint not null check (option in (1, 2)),
    state text not null check (state in ('asked', 'chosen', 'moved', 'vacated', 'landed', 'ended')),
    session_id text,
    period tstzrange not null,
    promise_id text,
    tolerated jsonb not null default '[]',
    freed_noticed_at timestamptz,
    asked_at timestamptz not null,
    chosen_at timestamptz,
    moved_at timestamptz,
    checked_at timestamptz,
    vacated_at timestamptz,
    landed_at timestamptz,
    ended_at timestamptz,
    end_reason text check (end_reason in ('kept', 'expired', 'superseded', 'undeliverable', 'taken', 'stuck', 'passed')),
    ${WORK},
    primary key (coach_id, id),
    foreign key (coach_id, request_id) references requests,
    foreign key (coach_id, session_id) references sessions,
    foreign key (coach_id, promise_id) references holds,
    check ((option = 2) = (session_id is not null)),
    check ((option = 2) = (promise_id is not null)),
    check (option = 2 or state in ('asked', 'chosen', 'landed', 'ended')),
    check (state <> 'chosen' or chosen_at is not null),
    check (state <> 'moved' or (chosen_at is not null and moved_at is not null)),
    check (state <> 'vacated' or vacated_at is not null),
    check (state <> 'landed' or (landed_at is not null and (option = 1 or vacated_at is not null))),
    check ((state = 'ended') = (ended_at is not null and end_reason is not null)),
    check (state in ('landed', 'ended') or wake_at is not null),
    check ((lease_owner is null) = (lease_until is null))
  );
  create unique index resolutions_one_live on resolutions (coach_id, request_id) where state in ('asked', 'chosen', 'moved', 'vacated');
  create unique index resolutions_one_ask_per_session on resolutions (coach_id, session_id) where state in ('asked', 'chosen');
  create index resolutions_due on resolutions (wake_at) where wake_at is not null;

  create table offers (
    coach_id text not null,
    id text not null,
    resolution_id text not null,
    client_id text not null,
    round integer not null default 1,
    slots jsonb not null,
    expires_at timestamptz not null,
    remind_at timestamptz not null,
    reminded_at timestamptz,
    closed_at timestamptz,
    created_at timestamptz not null,
    primary key (coach_id, id),
    unique (coach_id, resolution_id),
    foreign key (coach_id, resolution_id) references resolutions,
    foreign key (coach_id, client_id) references clients
  );
  create index offers_by_client on offers (coach_id, client_id, created_at);

  create table choices (
    coach_id text not null,
    id text not null,
    resolution_id text not null,
    hold_id text not null,
    period tstzrange not null,
    zone text,
    state text not null check (state in ('chosen', 'done', 'undone')),
    chosen_at timestamptz not null,
    primary key (coach_id, id),
    foreign key (coach_id, resolution_id) references resolutions,
    foreign key (coach_id, hold_id) references holds
  );
  create unique index choices_one_live on choices (coach_id, resolution_id) where state = 'chosen';

  create table landings (
    coach_id text not null,
    id text not null,
    request_id text not null,
    resolution_id text,
    hold_id text not null,
    attempt integer not null,
    calendar_id text not null,
    event_id text not null,
    period tstzrange not null,
    tolerated jsonb not null default '[]',
    state text not null check (state in ('intended', 'inserted', 'verified', 'landed', 'undone', 'refused')),
    session_id text,
    end_reason text,
    seen_free_at timestamptz,
    inserted_at timestamptz,
    verified_at timestamptz,
    landed_at timestamptz,
    created_at timestamptz not null,
    ${WORK},
    primary key (coach_id, id),
    unique (coach_id, request_id, attempt),
    foreign key (coach_id, request_id) references requests,
    foreign key (coach_id, resolution_id) references resolutions,
    foreign key (coach_id, hold_id) references holds,
    foreign key (coach_id, calendar_id) references calendars,
    check (state not in ('inserted', 'verified', 'landed') or (seen_free_at is not null and inserted_at is not null)),
    check (state not in ('verified', 'landed') or verified_at is not null),
    check ((state = 'landed') = (landed_at is not null)),
    check ((state in ('undone', 'refused')) = (end_reason is not null)),
    check (state in ('landed', 'undone', 'refused') or wake_at is not null),
    check ((lease_owner is null) = (lease_until is null))
  );
  create unique index landings_one_live on landings (coach_id, request_id) where state in ('intended', 'inserted', 'verified');
  create unique index landings_once on landings (coach_id, request_id) where state = 'landed';
  create index landings_due on landings (wake_at) where wake_at is not null;

  create table google_writes (
    coach_id text not null,
    id text not null,
    kind text not null check (kind in ('insert', 'move', 'move-back', 'invite', 'delete')),
    resolution_id text,
    landing_id text,
    calendar_id text not null,
    event_id text not null,
    period tstzrange,
    state text not null check (state in ('intended', 'sent', 'confirmed', 'refused')),
    intended_at timestamptz not null,
    sent_at timestamptz,
    confirmed_at timestamptz,
    primary key (coach_id, id),
    foreign key (coach_id, calendar_id) references calendars,
    check ((resolution_id is null) <> (landing_id is null)),
    check (state <> 'sent' or sent_at is not null),
    check ((state = 'confirmed') = (confirmed_at is not null))
  );
  create index google_writes_by_landing on google_writes (coach_id, landing_id) where landing_id is not null;
  create index google_writes_by_resolution on google_writes (coach_id, resolution_id) where resolution_id is not null;
`);

export const down = (knex) => knex.raw(`
  drop table google_writes, landings, choices, offers, resolutions, holds, sessions, requests, named_titles, clients
`);
