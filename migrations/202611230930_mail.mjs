/** Links, the outbox, job runs and history. New tables only: no locks, no backfill. */
export const up = (knex) => knex.raw(`
  create table links (
    token_hash bytea primary key,
    coach_id text not null references coaches on delete cascade,
    id text not null unique,
    key_id text not null,
    purpose text not null check (purpose in ('decide', 'choose', 'pick')),
    request_id text not null,
    resolution_id text,
    revision integer not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    foreign key (coach_id, request_id) references requests,
    foreign key (coach_id, resolution_id) references resolutions
  );
  create index links_by_request on links (coach_id, request_id);

  create table outbox (
    coach_id text not null references coaches on delete cascade,
    id text not null,
    letter text not null,
    client_id text,
    request_id text not null,
    resolution_id text,
    revision integer not null,
    dedupe_key text not null,
    message_id text not null,
    state text not null check (state in ('waiting', 'sent', 'refused', 'pointless')),
    sent_at timestamptz,
    created_at timestamptz not null,
    wake_at timestamptz,
    attempts integer not null default 0,
    lease_owner text,
    lease_until timestamptz,
    fence bigint not null default 0,
    last_error text,
    primary key (coach_id, id),
    unique (coach_id, dedupe_key),
    foreign key (coach_id, client_id) references clients,
    foreign key (coach_id, request_id) references requests,
    check ((state = 'sent') = (sent_at is not null)),
    check ((state = 'waiting') = (wake_at is not null)),
    check ((lease_owner is null) = (lease_until is null))
  );
  create index outbox_by_request on outbox (coach_id, request_id, created_at);
  create index outbox_due on outbox (wake_at) where wake_at is not null;

  create table job_runs (
    id bigint generated always as identity primary key,
    job text not null,
    coach_id text,
    subject text,
    outcome text not null check (outcome in ('done', 'nothing', 'again', 'stopped', 'failed')),
    counts jsonb not null default '{}',
    error_code text,
    runs integer not null default 1,
    started_at timestamptz not null,
    ended_at timestamptz not null,
    duration_ms integer not null
  );
  create index job_runs_by_time on job_runs (ended_at);
  create index job_runs_by_subject on job_runs (job, subject, id);
  create index job_runs_failed on job_runs (id) where outcome in ('stopped', 'failed');

  create table history (
    coach_id text not null references coaches on delete cascade,
    id bigint generated always as identity,
    at timestamptz not null,
    what text not null,
    by text not null check (by in ('coach', 'client', 'google', 'makeway', 'operator')),
    request_id text,
    resolution_id text,
    session_id text,
    calendar_id text,
    facts jsonb not null default '{}',
    primary key (coach_id, id)
  );
  create index history_by_request on history (coach_id, request_id) where request_id is not null;
`);

export const down = (knex) => knex.raw(`drop table history, job_runs, outbox, links`);
