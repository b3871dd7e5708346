/** Grants that are complete: one of several processes refreshes at a time, an outage is told once, a coach can leave.
 *  `grants` and `outbox` are altered: an exclusive lock on each for a moment. The backfill writes one row per coach;
 *  the new constraint reads the outbox once. */
export const up = (knex) => knex.raw(`
  alter table grants
    add column id text,
    add column refresh_at timestamptz,
    add column refresh_owner text,
    add column refresh_until timestamptz,
    add column refresh_fence bigint not null default 0,
    add column refresh_failures integer not null default 0,
    add column refresh_not_before timestamptz;
  update grants set id = 'gr_' || substr(md5(coach_id), 1, 16);
  alter table grants
    alter column id set not null,
    add constraint grants_refresh_lease check ((refresh_owner is null) = (refresh_until is null));
  create index grants_by_account on grants (google_sub);

  alter table outbox
    add column grant_id text,
    add constraint outbox_about_something check (request_id is not null or client_id is null);

  create table disconnections (
    coach_id text not null references coaches on delete cascade,
    id text not null,
    state text not null check (state in ('forgetting', 'leaving', 'done')),
    by text not null check (by in ('coach', 'operator')),
    refresh_token_sealed text,
    channels jsonb not null default '[]',
    began_at timestamptz not null,
    forgotten_at timestamptz,
    ended_at timestamptz,
    outcome text check (outcome in ('revoked', 'dead', 'not-reached', 'superseded')),
    wake_at timestamptz,
    attempts integer not null default 0,
    lease_owner text,
    lease_until timestamptz,
    fence bigint not null default 0,
    last_error text,
    primary key (coach_id, id),
    check (state = 'forgetting' or forgotten_at is not null),
    check ((state = 'done') = (ended_at is not null and outcome is not null)),
    check ((state = 'done') = (wake_at is null)),
    check ((state = 'done') = (refresh_token_sealed is null)),
    check ((lease_owner is null) = (lease_until is null))
  );
  create unique index disconnections_one_live on disconnections (coach_id) where state <> 'done';
  create index disconnections_due on disconnections (wake_at) where wake_at is not null;
`);

export const down = (knex) => knex.raw(`
  drop table disconnections;
  delete from outbox where grant_id is not null;
  alter table outbox drop constraint outbox_about_something, drop column grant_id;
  drop index grants_by_account;
  alter table grants drop constraint grants_refresh_lease, drop column refresh_not_before, drop column refresh_failures,
    drop column refresh_fence, drop column refresh_until, drop column refresh_owner, drop column refresh_at, drop column id;
`);
