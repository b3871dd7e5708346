/** The list of a coach's calendars becomes a queue of its own, and calendars remember what it last said of them: so that
 *  ones that appear, vanish, lose access or come back are noticed. Letters may be about a calendar instead of a request.
 *  A new table; nullable or constant columns on `calendars` and `outbox` (no rewrite, ACCESS EXCLUSIVE for a moment); two
 *  CHECKs, which read both tables once. Backfill: every coach with a grant gets a row, due at once. */
const WORK = `
    wake_at timestamptz,
    attempts integer not null default 0,
    lease_owner text,
    lease_until timestamptz,
    fence bigint not null default 0,
    last_error text`;

export const up = (knex) => knex.raw(`
  create table calendar_lists (
    coach_id text primary key references coaches on delete cascade,
    id text not null generated always as (coach_id) stored,
    account text,
    cursor text,
    last_read_at timestamptz,
    last_full_at timestamptz,
    ${WORK},
    check (cursor is null or account is not null),
    check ((lease_owner is null) = (lease_until is null))
  );
  create index calendar_lists_due on calendar_lists (wake_at) where wake_at is not null;
  insert into calendar_lists (coach_id, wake_at) select coach_id, timestamptz '1970-01-01 00:00:00Z' from grants;

  alter table calendars
    add column is_primary boolean not null default false,
    add column listed text check (listed in ('shown', 'deselected', 'hidden', 'absent')),
    add column listed_access text,
    add column listed_zone text,
    add column gone_since timestamptz,
    add column retired_at timestamptz,
    add column retired_role text check (retired_role in ('sessions', 'busy')),
    add constraint calendars_retired_is_ignored check ((retired_at is null) = (retired_role is null) and (retired_at is null or role = 'ignored')),
    add constraint calendars_gone_is_absent check (gone_since is null or listed = 'absent');

  alter table outbox
    alter column request_id drop not null,
    add column calendar_id text,
    add constraint outbox_calendar_fkey foreign key (coach_id, calendar_id) references calendars on delete cascade;
`);

export const down = (knex) => knex.raw(`
  delete from outbox where request_id is null;
  alter table outbox drop column calendar_id, alter column request_id set not null;
  alter table calendars drop column is_primary, drop column listed, drop column listed_access, drop column listed_zone,
    drop column gone_since, drop column retired_at, drop column retired_role;
  drop table calendar_lists;
`);
