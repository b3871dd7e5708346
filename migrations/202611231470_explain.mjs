/** `makeway explain` tells the history of one session, the attempts of one request, and what became of one slot; steps look up
 *  the latter two as well. Three small indexes, the first one partial, over the lines that are about a session.
 *  Each locks its table against writes while it is built (seconds per million rows); no backfill. */
export const up = (knex) => knex.raw(`
  create index history_by_session on history (coach_id, session_id) where session_id is not null;
  create index resolutions_by_request on resolutions (coach_id, request_id, asked_at);
  create index choices_by_resolution on choices (coach_id, resolution_id, chosen_at);
`);

export const down = (knex) => knex.raw(`drop index history_by_session, resolutions_by_request, choices_by_resolution`);
