/** Where no mail of Google's tells of a session, ours does and carries a calendar entry (RFC 5546): each one of a session has the next
 *  SEQUENCE, kept with the session and with the letter that carries it. Two columns without default: locks for a moment, no backfill. */
export const up = (knex) => knex.raw(`
  alter table sessions add column ical_sequence integer check (ical_sequence >= 0);
  alter table outbox add column ical_sequence integer check (ical_sequence >= 0);
`);

export const down = (knex) => knex.raw(`
  alter table outbox drop column ical_sequence;
  alter table sessions drop column ical_sequence;
`);
