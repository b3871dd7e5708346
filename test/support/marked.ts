/** People who are told apart in anything: each name, address, title, note, place, property, zone and kind of session of theirs
 *  has a word that occurs nowhere else. */
import type { Instant } from '../../src/kernel/interval.js';
import { rfc3339 } from '../../src/kernel/zone.js';
import { MONDAY, on } from './story.js';
import { at, KIM, ZONE, type AtGoogle, type EventIn } from './world.js';

export interface Marked {
  readonly name: string; readonly email: string; readonly zone: string; readonly sessionType: string;
  readonly marks: readonly string[];
}

/** Holds Monday 13:00. */
export const EXISTING: Marked = {
  name: 'Brunhild Oakenfold', email: 'kettledrum@cinnamon.example', zone: 'Atlantic/Reykjavik', sessionType: 'Bandoneon',
  marks: ['brunhild', 'oakenfold', 'kettledrum', 'cinnamon', 'reykjavik', 'bandoneon', 'tambourine', 'saffronella', 'juniperlane', 'velveteen'],
};
/** Wants it. */
export const INCOMING: Marked = {
  name: 'Quillon Zephyrworth', email: 'marzipan@marmalade.example', zone: 'Asia/Kathmandu', sessionType: 'Xylophone',
  marks: ['quillon', 'zephyrworth', 'marzipan', 'marmalade', 'kathmandu', 'xylophone', 'pianoforte', 'sandalwood', 'mulberryway'],
};
/** Wants it too. */
export const SECOND: Marked = {
  name: 'Thaddeus Wolfsbane', email: 'pemmican@gingerbread.example', zone: 'America/Bogota', sessionType: 'Glockenspiel',
  marks: ['thaddeus', 'wolfsbane', 'pemmican', 'gingerbread', 'bogota', 'glockenspiel'],
};
/** Has a session on the same day. */
export const BYSTANDER: Marked = {
  name: 'Peregrine Lavenderby', email: 'macaroon@liquorice.example', zone: 'Africa/Nairobi', sessionType: 'Harmonium',
  marks: ['peregrine', 'lavenderby', 'macaroon', 'liquorice', 'nairobi', 'harmonium', 'hurdygurdy', 'elderflower', 'rosemaryhill', 'corduroy'],
};
export const CLIENTS = [EXISTING, INCOMING, SECOND, BYSTANDER] as const;
/** What is Kim's own business: private appointments, notes, other calendars. */
export const KIMS_OWN = ['haberdasher', 'wintergreen', 'thistledown', 'obsidianite', 'malachite', 'snapdragon', 'whippersnapper', 'buttercupping', 'ivygate',
  'foxglovery', 'chrysoprase', 'meadowsweet', 'daffodilly', 'jabberwocky', 'periwinkled'] as const;
export const ALL_MARKS: readonly string[] = [...CLIENTS.flatMap((c) => c.marks), ...KIMS_OWN];

export const SERIES_ID = 'brunseries', NEIGHBOUR_ID = 'peresession';
export const INSTANCE = `${SERIES_ID}_${new Date(MONDAY).toISOString().replace(/[-:]|\.000/g, '')}`;
/** What Kim notes for herself at an event, as a private property. */
export const KIMS_NOTES = [{ eventId: SERIES_ID, note: 'obsidianite: pays late' }, { eventId: NEIGHBOUR_ID, note: 'periwinkled' }] as const;
/** The name that Kim gave to her requests calendar. */
export const INBOX_NAME = 'Foxglovery';

const guest = ({ email, name }: Marked): { attendees: unknown[] } => ({ attendees: [{ email, displayName: name }] });
export const brunhilds: EventIn = {
  id: SERIES_ID, summary: 'Tambourine Brunhild', start: on(-28, '13:00'), rule: 'RRULE:FREQ=WEEKLY;BYDAY=MO',
  fields: {
    ...guest(EXISTING), description: 'Saffronella: bring the score', location: 'Juniperlane 4',
    extendedProperties: { shared: { room: 'velveteen' }, private: { note: KIMS_NOTES[0].note } },
  },
};
/** The same without a guest: Brunhild is known by the title alone, if at all. */
export const titledOnly: EventIn = { ...brunhilds, fields: { description: 'Saffronella: bring the score', location: 'Juniperlane 4' } };
export const NEIGHBOUR = on(0, '15:00');
export const peregrines: EventIn = {
  id: NEIGHBOUR_ID, summary: 'Hurdygurdy Peregrine', start: NEIGHBOUR,
  fields: {
    ...guest(BYSTANDER), description: 'Elderflower cordial', location: 'Rosemaryhill 9',
    extendedProperties: { shared: { room: 'corduroy' }, private: { note: KIMS_NOTES[1].note } },
  },
};
export const PRIVATE = on(1, '11:00');
export const appointment: EventIn = {
  summary: 'Haberdasher', start: PRIVATE,
  fields: { visibility: 'private', description: 'Wintergreen oil', location: 'Thistledown 1', extendedProperties: { private: { note: 'malachite' } } },
};
/** Quillon's own session, which Kim puts on top of Brunhild's by hand. */
export const quillons: EventIn = {
  id: 'quilsession', summary: 'Pianoforte Quillon', start: MONDAY, fields: { ...guest(INCOMING), description: 'Sandalwood incense', location: 'Mulberryway 2' },
};

const made = async (google: AtGoogle, path: string, body: unknown): Promise<{ id: string }> => {
  const answer = await google(KIM.email, 'POST', path, body);
  if (!answer.ok) throw new Error(`${path}: ${String(answer.status)} ${await answer.text()}`);
  return (await answer.json()) as { id: string };
};
const span = (start: Instant, hours: number): Record<string, unknown> =>
  ({ start: { dateTime: rfc3339(start, ZONE), timeZone: ZONE }, end: { dateTime: rfc3339(at(start, hours), ZONE), timeZone: ZONE } });

export const FAMILY_TIME = on(2, '10:00');
/** Kim's family calendar: it becomes a `busy` one. */
export async function familyCalendar(google: AtGoogle): Promise<void> {
  const { id } = await made(google, '/calendars', { summary: 'Snapdragon family', timeZone: ZONE });
  const play = { summary: 'Whippersnapper play', description: 'Buttercupping', location: 'Ivygate', ...span(FAMILY_TIME, 1) };
  await made(google, `/calendars/${encodeURIComponent(id)}/events`, play);
}
/** A calendar with the hours in which Kim works. Returns its id at Google. */
export async function hoursCalendar(google: AtGoogle): Promise<string> {
  const { id } = await made(google, '/calendars', { summary: 'Meadowsweet hours', timeZone: ZONE });
  const everyDay = { summary: 'Daffodilly open', recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR'], ...span(on(-7, '09:00'), 8) };
  await made(google, `/calendars/${encodeURIComponent(id)}/events`, everyDay);
  return id;
}
