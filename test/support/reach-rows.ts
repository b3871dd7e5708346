/** Whose the links and ids of a world are, by its rows. */
import { tokenOf, type LinkPurpose } from '../../src/mail/link.js';
import type { Foreign } from './leaks.js';
import type { World } from './world.js';

/** Ids that tell of people's matters, each with the address of whose it is, without what all ids of a kind begin with. */
export async function foreignIds(w: World): Promise<Foreign[]> {
  const rows = await w.all<Foreign>(`
    select r.id, c.email from requests r join clients c on c.coach_id = r.coach_id and c.id = r.client_id
    union all select id, email from clients
    union all select id, email from wishes
    union all select l.event_id, c.email from landings l join requests r on r.coach_id = l.coach_id and r.id = l.request_id
      join clients c on c.coach_id = r.coach_id and c.id = r.client_id
    union all select id, null from resolutions
    union all select id, null from holds
    union all select id, null from findings
    union all select i.event_id, c.email from inbox_events i left join requests r on r.coach_id = i.coach_id and r.id = i.request_id
      left join clients c on c.coach_id = r.coach_id and c.id = r.client_id
    union all select id, null from links where purpose = 'decide'`);
  return rows.map(({ id, email }) => ({ id: id.replace(/^[a-z]{2}_/, ''), email }));
}

export interface LinkRow { readonly token: string; readonly purpose: LinkPurpose; readonly email: string | null; readonly name: string | null }
/** Every link that was ever made, with whose it is; `decide` is the coach's. */
export async function allLinks(w: World): Promise<LinkRow[]> {
  const rows = await w.all<Omit<LinkRow, 'token'> & { id: string; key_id: string }>(`
    select l.id, l.key_id, l.purpose, coalesce(c.email, i.email) as email, coalesce(c.name, i.name) as name from links l
      left join offers o on o.coach_id = l.coach_id and o.resolution_id = l.resolution_id
      left join wishes i on i.coach_id = l.coach_id and i.id = l.wish_id
      left join requests r on r.coach_id = l.coach_id and r.id = coalesce(l.request_id, i.request_id)
      left join clients c on c.coach_id = l.coach_id and c.id = coalesce(o.client_id, r.client_id)
    order by l.created_at, l.id`);
  return rows.map((row) => ({ ...row, token: tokenOf(w.shell.keys, row.purpose, row.id, row.key_id)?.token ?? '' }));
}
