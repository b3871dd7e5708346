/** Events that could not be understood are counted by `makeway status`: an index of those alone, empty where all is well.
 *  Locks `events` against writes while it is built (seconds per million rows); no backfill. */
export const up = (knex) => knex.raw(`
  create index events_unparsed on events (coach_id, calendar_id) where event ->> 'unparsed' is not null;
`);

export const down = (knex) => knex.raw(`drop index events_unparsed`);
