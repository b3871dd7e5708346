/** Edits in Google: our open writes are looked up by calendar in each pull that saw a change, to know their echoes.
 *  One partial index over few rows; builds in a moment, locks the table against writes while it does. No backfill. */
export const up = (knex) => knex.raw(`
  create index google_writes_open on google_writes (coach_id, calendar_id) where state in ('intended', 'sent');
`);

export const down = (knex) => knex.raw(`drop index google_writes_open`);
