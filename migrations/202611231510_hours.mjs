/** A calendar can hold the working hours: role `hours`. A client can be erased: the row stays for what refers to it, without a
 *  name. Letters to one client are looked up when that happens, and history is read page by page: its key serves.
 *  Locks: `calendars` and `clients` for a moment each; the CHECKs read both once. The index locks `outbox` against writes while it
 *  is built (seconds per million rows). No backfill. */
export const up = (knex) => knex.raw(`
  alter table calendars drop constraint calendars_role_check, drop constraint calendars_retired_role_check,
    add constraint calendars_role_check check (role in ('sessions', 'busy', 'hours', 'requests', 'ignored')),
    add constraint calendars_retired_role_check check (retired_role in ('sessions', 'busy', 'hours'));
  alter table clients add column erased_at timestamptz,
    add constraint clients_erased_is_nameless check (erased_at is null or (email is null and time_zone is null and name = 'Erased client'));
  create index outbox_by_client on outbox (coach_id, client_id, created_at) where client_id is not null;
  create index requests_by_client on requests (coach_id, client_id, created_at);
`);

export const down = (knex) => knex.raw(`
  drop index requests_by_client, outbox_by_client;
  alter table clients drop constraint clients_erased_is_nameless, drop column erased_at;
  update calendars set retired_role = 'busy' where retired_role = 'hours';
  update calendars set role = 'busy' where role = 'hours';
  alter table calendars drop constraint calendars_role_check, drop constraint calendars_retired_role_check,
    add constraint calendars_role_check check (role in ('sessions', 'busy', 'requests', 'ignored')),
    add constraint calendars_retired_role_check check (retired_role in ('sessions', 'busy'));
`);
