/** What a pull puts aside becomes a difference: a staged row without event is one that a full read did not see. Events know
 *  how far they reach in time, so that the horizon rolls on without reading all of them.
 *  `staged_events` is emptied: an unfinished pull begins anew. `reach` is null for events mirrored before, which means "any
 *  time". Short exclusive locks, no backfill. */
export const up = (knex) => knex.raw(`
  delete from staged_events;
  alter table staged_events add column root_id text not null, add column etag text, alter column event drop not null,
    add check ((event is null) = (etag is null));
  create index staged_events_by_root on staged_events (coach_id, calendar_id, root_id);
  alter table events add column reach tstzrange;
`);

export const down = (knex) => knex.raw(`
  delete from staged_events;
  drop index staged_events_by_root;
  alter table staged_events drop column root_id, drop column etag, alter column event set not null;
  alter table events drop column reach;
`);
