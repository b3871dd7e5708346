/** Coaches, their permission at Google, who may call the API, who is signed in. New tables only: no locks, no backfill. */
export const up = (knex) => knex.raw(`
  create extension if not exists btree_gist;

  create table coaches (
    id text primary key,
    slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{1,62}$'),
    name text not null,
    email text not null unique check (email = lower(email)),
    time_zone text not null,
    policy jsonb not null default '{}',
    created_at timestamptz not null
  );

  create table grants (
    coach_id text primary key references coaches on delete cascade,
    google_sub text not null,
    email text not null,
    scopes text[] not null,
    refresh_token_sealed text not null,
    access_token_sealed text,
    access_expires_at timestamptz,
    state text not null check (state in ('active', 'broken')),
    broken_at timestamptz,
    broken_reason text,
    updated_at timestamptz not null,
    check ((state = 'broken') = (broken_at is not null and broken_reason is not null))
  );

  create table api_keys (
    id text primary key,
    name text not null,
    key_hash bytea not null unique,
    created_at timestamptz not null,
    revoked_at timestamptz
  );

  create table sign_ins (
    token_hash bytea primary key,
    coach_id text not null references coaches on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null
  );
  create index on sign_ins (expires_at);
`);

export const down = (knex) => knex.raw(`
  drop table sign_ins, api_keys, grants, coaches;
  drop extension btree_gist;
`);
