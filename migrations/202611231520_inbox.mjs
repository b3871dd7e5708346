/** The requests calendar: which event stands for which request, what was last heeded and written of it, and the calendar that
 *  Makeway is to make. New tables only, and for `calendars` one nullable column and a wider CHECK: locked for a moment, read once.
 *  No backfill. `inbox_events` holds no title and no address: `wish_hash` tells whether what was read is the same as before. */
const WORK = `
    wake_at timestamptz,
    attempts integer not null default 0,
    lease_owner text,
    lease_until timestamptz,
    fence bigint not null default 0,
    last_error text`;

export const up = (knex) => knex.raw(`
  alter table calendars add column requests_since timestamptz;
  alter table calendars drop constraint calendars_retired_role_check,
    add constraint calendars_retired_role_check check (retired_role in ('sessions', 'busy', 'hours', 'requests'));

  create table inbox_events (
    coach_id text not null,
    id text not null,
    calendar_id text not null,
    event_id text not null,
    state text not null default 'open' check (state in ('open', 'gone', 'tidied')),
    request_id text,
    wish_hash bytea,
    wish_start timestamptz,
    refused text check (refused in ('already-theirs', 'in-progress')),
    refused_hash bytea,
    seen_etag text,
    told_hash bytea,
    dirty bigint not null default 1,
    first_seen_at timestamptz not null,
    ${WORK},
    primary key (coach_id, id),
    unique (coach_id, calendar_id, event_id),
    foreign key (coach_id, calendar_id) references calendars on delete cascade,
    foreign key (coach_id, request_id) references requests,
    check (request_id is null or wish_hash is not null),
    check ((wish_hash is null) = (wish_start is null)),
    check ((refused is null) = (refused_hash is null)),
    check ((lease_owner is null) = (lease_until is null))
  );
  create unique index inbox_events_by_request on inbox_events (coach_id, request_id) where request_id is not null;
  create index inbox_events_due on inbox_events (wake_at) where wake_at is not null;

  create table inboxes (
    coach_id text not null references coaches on delete cascade,
    id text not null,
    state text not null check (state in ('wanted', 'made')),
    wanted_at timestamptz not null,
    sent_at timestamptz,
    made_at timestamptz,
    ${WORK},
    primary key (coach_id, id),
    unique (coach_id),
    check ((state = 'made') = (made_at is not null)),
    check ((lease_owner is null) = (lease_until is null))
  );
  create index inboxes_due on inboxes (wake_at) where wake_at is not null;
`);

export const down = (knex) => knex.raw(`
  drop table inboxes, inbox_events;
  update calendars set retired_role = 'busy' where retired_role = 'requests';
  alter table calendars drop constraint calendars_retired_role_check,
    add constraint calendars_retired_role_check check (retired_role in ('sessions', 'busy', 'hours'));
  alter table calendars drop column requests_since;
`);
