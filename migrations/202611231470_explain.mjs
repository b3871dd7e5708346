/** `makeway explain` tells the history of one session. A partial index over the lines that are about one.
 *  Locks `history` against writes while it is built (seconds per million rows); no backfill. */
export const up = (knex) => knex.raw(`
  create index history_by_session on history (coach_id, session_id) where session_id is not null;
`);

export const down = (knex) => knex.raw(`drop index history_by_session`);
