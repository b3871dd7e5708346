/** Requests come from the booking page, the requests calendar, an invitation and an overlap, too; links lead to the status page and
 *  confirm a wish. Locks: `requests` and `links` for a moment each; each new CHECK reads its table once. No backfill. */
export const up = (knex) => knex.raw(`
  alter table requests drop constraint requests_source_check,
    add constraint requests_source_check check (source in ('api', 'page', 'calendar', 'invitation', 'overlap'));
  alter table links drop constraint links_purpose_check,
    add constraint links_purpose_check check (purpose in ('decide', 'choose', 'pick', 'status', 'confirm'));
`);

export const down = (knex) => knex.raw(`
  delete from links where purpose in ('status', 'confirm');
  alter table links drop constraint links_purpose_check, add constraint links_purpose_check check (purpose in ('decide', 'choose', 'pick'));
  update requests set source = 'api' where source <> 'api';
  alter table requests drop constraint requests_source_check, add constraint requests_source_check check (source in ('api'));
`);
