/** Wishes: what a visitor of the booking page asks for, until the mailed confirmation; and how often somebody knocked. Links and
 *  letters can be about a wish. The address is kept until then only, and its hash for the limits; afterwards the clients have it.
 *  Locks: `links` and `outbox` for a moment each; each new CHECK reads its table once. No backfill. */
export const up = (knex) => knex.raw(`
  create table wishes (
    coach_id text not null references coaches on delete cascade,
    id text not null,
    name text,
    email text check (email = lower(email)),
    email_hash bytea not null,
    time_zone text not null,
    session_type text not null,
    length_minutes integer not null check (length_minutes between 5 and 720),
    starts timestamptz[] not null check (cardinality(starts) between 1 and 10),
    created_at timestamptz not null,
    mail_at timestamptz not null,
    expires_at timestamptz not null,
    confirmed_at timestamptz,
    request_id text,
    primary key (coach_id, id),
    foreign key (coach_id, request_id) references requests on delete cascade,
    check ((confirmed_at is null) = (request_id is null)),
    check ((confirmed_at is null) = (email is not null)),
    check ((name is null) = (email is null))
  );
  create index wishes_by_address on wishes (coach_id, email_hash, created_at);
  create index wishes_unconfirmed on wishes (coach_id, created_at) where confirmed_at is null;
  create index wishes_by_request on wishes (coach_id, request_id) where request_id is not null;
  create index wishes_by_end on wishes (expires_at);

  create table knocks (
    coach_id text not null references coaches on delete cascade,
    visitor bytea not null,
    since timestamptz not null,
    count integer not null,
    primary key (coach_id, visitor, since)
  );
  create index knocks_by_time on knocks (since);

  alter table links
    alter column request_id drop not null,
    add column wish_id text,
    add foreign key (coach_id, wish_id) references wishes on delete cascade,
    add constraint links_about_one check ((request_id is null) <> (wish_id is null)),
    add constraint links_confirm_wishes check ((purpose = 'confirm') = (wish_id is not null));
  create index links_by_wish on links (coach_id, wish_id) where wish_id is not null;

  alter table outbox
    add column wish_id text,
    add foreign key (coach_id, wish_id) references wishes on delete cascade;
  create index outbox_by_wish on outbox (coach_id, wish_id) where wish_id is not null;
`);

export const down = (knex) => knex.raw(`
  delete from outbox where wish_id is not null;
  alter table outbox drop column wish_id;
  delete from links where wish_id is not null;
  alter table links drop constraint links_confirm_wishes, drop constraint links_about_one, drop column wish_id, alter column request_id set not null;
  drop table knocks, wishes;
`);
