/** What stands on top of each other in a coach's calendar: findings, and one row per coach that looks for them. A request may stand
 *  for an event that is in Google already. Locks: `requests`, `google_writes` and `outbox` for a moment each; new CHECKs read them
 *  once. Backfill: one lookout for each coach with a grant, due at once: its first look is the baseline. */
const WORK = `
    wake_at timestamptz,
    attempts integer not null default 0,
    lease_owner text,
    lease_until timestamptz,
    fence bigint not null default 0,
    last_error text`;

export const up = (knex) => knex.raw(`
  alter table requests add column stands_as text,
    add constraint requests_stands_as check ((source in ('invitation', 'overlap')) = (stands_as is not null));
  alter table google_writes drop constraint google_writes_kind_check,
    add constraint google_writes_kind_check check (kind in ('insert', 'move', 'move-back', 'invite', 'delete', 'accept'));

  create table lookouts (
    coach_id text primary key references coaches on delete cascade,
    id text not null generated always as (coach_id) stored,
    known_calendars text[] not null default '{}',
    told_at timestamptz,
    ${WORK},
    check ((lease_owner is null) = (lease_until is null))
  );
  create index lookouts_due on lookouts (wake_at) where wake_at is not null;
  insert into lookouts (coach_id, wake_at) select coach_id, timestamptz '1970-01-01 00:00:00Z' from grants;

  create table findings (
    coach_id text not null references coaches on delete cascade,
    id text not null,
    pair text not null,
    kind text not null check (kind in ('invitation', 'overlap')),
    one_key text not null,
    other_key text not null,
    period tstzrange not null,
    is_baseline boolean not null,
    found_at timestamptz not null,
    told_at timestamptz,
    left_at timestamptz,
    gone_at timestamptz,
    request_id text,
    came_back text,
    primary key (coach_id, id),
    unique (coach_id, pair),
    foreign key (coach_id, request_id) references requests
  );
  create index findings_by_request on findings (coach_id, request_id) where request_id is not null;
`);

export const down = (knex) => knex.raw(`
  drop table findings, lookouts;
  delete from google_writes where kind = 'accept';
  alter table google_writes drop constraint google_writes_kind_check,
    add constraint google_writes_kind_check check (kind in ('insert', 'move', 'move-back', 'invite', 'delete'));
  alter table requests drop constraint requests_stands_as, drop column stands_as;
`);
