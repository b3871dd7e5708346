/** The state machine of settling (src/resolution/states.ts), said again by the database: each row knows the state that it came
 *  from, and a step that is not in the tables is refused. Requests can be withdrawn; offers know what was passed over.
 *  Locks: `resolutions`, `landings`, `requests` and `offers` for a moment each; the CHECKs read the first three once.
 *  Backfill: rows of before get the usual way into the state in which they are; their history tells the true one. */
const RESOLUTION = `
    (2, '', 'asked'), (2, 'chosen', 'asked'), (2, 'asked', 'chosen'), (2, 'chosen', 'moved'), (2, 'asked', 'vacated'), (2, 'moved', 'vacated'), (2, 'vacated', 'landed'),
    (2, 'asked', 'ended'), (2, 'chosen', 'ended'), (2, 'moved', 'ended'), (2, 'vacated', 'ended'),
    (1, '', 'asked'), (1, 'chosen', 'asked'), (1, 'asked', 'chosen'), (1, 'chosen', 'landed'), (1, 'asked', 'ended'), (1, 'chosen', 'ended')`;
const LANDING = `
    ('', 'intended'), ('intended', 'inserted'), ('inserted', 'verified'), ('verified', 'landed'), ('intended', 'refused'), ('inserted', 'undone'), ('verified', 'undone')`;
const REQUEST = `
    ('', 'pending_resolution'), ('pending_resolution', 'pending_resolution'), ('pending_resolution', 'booking'), ('pending_resolution', 'booked'),
    ('pending_resolution', 'declined'), ('pending_resolution', 'expired'), ('pending_resolution', 'withdrawn'),
    ('booking', 'pending_resolution'), ('booking', 'booking'), ('booking', 'booked'), ('booking', 'expired')`;
const REASON = `
    'taken', 'promised', 'cannot-check', 'no-calendar', 'disconnected', 'past', 'notice', 'horizon', 'outside-hours', 'busy', 'buffer', 'day-limit', 'week-limit',
    'asked', 'offered', 'moving', 'landing', 'freed', 'kept', 'client-declined', 'session-changed', 'no-permission', 'offer-expired', 'undeliverable',
    'taken-again', 'slipped-in', 'deleted-at-landing'`;

export const up = (knex) => knex.raw(`
  alter table resolutions add column came_from text not null default '';
  update resolutions set came_from = case state when 'chosen' then 'asked' when 'moved' then 'chosen' when 'vacated' then 'asked' when 'ended' then 'asked'
    when 'landed' then case option when 1 then 'chosen' else 'vacated' end else '' end;
  alter table resolutions drop constraint resolutions_end_reason_check,
    add constraint resolutions_end_reason_check check (end_reason in ('kept', 'expired', 'superseded', 'withdrawn', 'undeliverable', 'taken', 'stuck', 'passed')),
    add constraint resolutions_ways check ((option, came_from, state) in (${RESOLUTION}));

  alter table landings add column came_from text not null default '';
  update landings set came_from = case state when 'inserted' then 'intended' when 'verified' then 'inserted' when 'landed' then 'verified' when 'refused' then 'intended'
    when 'undone' then 'inserted' else '' end;
  alter table landings add constraint landings_ways check ((came_from, state) in (${LANDING}));

  alter table requests add column came_from text not null default '';
  update requests set came_from = 'pending_resolution' where state <> 'pending_resolution';
  alter table requests drop constraint requests_state_check, drop constraint requests_check3,
    add constraint requests_state_check check (state in ('pending_resolution', 'booking', 'booked', 'declined', 'expired', 'withdrawn')),
    add constraint requests_settled check ((state in ('booked', 'declined', 'expired', 'withdrawn')) = (settled_at is not null)),
    add constraint requests_pending_reason check (pending_reason in (${REASON})),
    add constraint requests_ways check ((came_from, state) in (${REQUEST}));

  alter table offers add column passed_over jsonb not null default '[]';
`);

export const down = (knex) => knex.raw(`
  alter table offers drop column passed_over;
  alter table requests drop constraint requests_ways, drop constraint requests_pending_reason, drop constraint requests_settled, drop constraint requests_state_check, drop column came_from;
  update requests set state = 'expired' where state = 'withdrawn';
  alter table requests
    add constraint requests_state_check check (state in ('pending_resolution', 'booking', 'booked', 'declined', 'expired')),
    add constraint requests_check3 check ((state in ('booked', 'declined', 'expired')) = (settled_at is not null));
  alter table landings drop constraint landings_ways, drop column came_from;
  alter table resolutions drop constraint resolutions_ways, drop constraint resolutions_end_reason_check, drop column came_from;
  update resolutions set end_reason = 'superseded' where end_reason = 'withdrawn';
  alter table resolutions add constraint resolutions_end_reason_check check (end_reason in ('kept', 'expired', 'superseded', 'undeliverable', 'taken', 'stuck', 'passed'));
`);
