/** What a coach does in Google Calendar, by hand. */
import { call, type Json } from '../mirror/converge-call.js';
import { count } from '../mirror/converge-tally.js';
import { friendOf, handOf, instanceOf, MINUTE_MS, privateOf, SINGLE, span, WEEKLY } from './model-cast.js';
import type { Edit } from './model-steps.js';
import { inserts, spanOf, type Seen } from './model-seen.js';

/** What an edit may be about: the times of the history, what was asked for and chosen last. */
export interface Scene { readonly url: string; readonly run: number; readonly times: readonly number[]; wanted: number; chosen: number | null; made: number }

/** The id of the event that an edit is about. */
function target(scene: Scene, seen: Pick<Seen, 'calls'>, nth: number): string {
  const ours = inserts(seen as Seen).map((c) => String(c.body.id));
  if (nth < 6) return instanceOf(WEEKLY, (scene.times[0] ?? 0) as never);
  return nth === 6 || ours.length === 0 ? SINGLE : (ours.at(-1) ?? SINGLE);
}

/** Makes the edit, as another account that may write. What Google refuses (it is gone, for example) has not happened. */
export async function perform(scene: Scene, seen: Pick<Seen, 'calls' | 'coach'>, edit: Edit): Promise<void> {
  const { url, run } = scene, path = (id = '', calendar = seen.coach): string => `/calendar/v3/calendars/${encodeURIComponent(calendar)}/events${id}`;
  const send = async (method: string, to: string, body?: unknown): Promise<Json> => {
    const { status, body: answer } = await call(url, method, to, { as: handOf(run), body });
    count(`edit${status < 300 ? '' : ' refused by Google'}: ${edit.what}`);
    return answer;
  };
  const time = edit.at === 'any' ? scene.times[edit.time] ?? 0 : edit.at === 'chosen' ? scene.chosen ?? scene.wanted : scene.wanted;
  const id = target(scene, seen, edit.event);
  const patch = (body: unknown): Promise<Json> => send('PATCH', path(`/${id}`), body);
  const now = async (): Promise<Json> => (await call(url, 'GET', path(`/${id}`), { as: handOf(run) })).body;
  switch (edit.what) {
    case 'drag': await patch(span(scene.times[edit.time] ?? 0)); return;
    case 'back': await patch(span(id === SINGLE ? scene.times[1] ?? 0 : scene.times[0] ?? 0)); return;
    case 'delete': await send('DELETE', path(`/${id}`)); return;
    case 'free': await patch({ transparency: (await now()).transparency === 'transparent' ? 'opaque' : 'transparent' }); return;
    case 'declined': {
      const [guest] = (await now()).attendees ?? [];
      if (guest === undefined) return;
      const { status } = await call(url, 'POST', '/control/mail/reply', { body: { calendarId: seen.coach, eventId: id, email: guest.email, responseStatus: 'declined' } });
      count(`edit${status < 300 ? '' : ' refused by Google'}: declined`);
      return;
    }
    case 'guest': await patch({ attendees: [...((await now()).attendees ?? []), { email: friendOf(run) }] }); return;
    case 'longer':
    case 'shorter': {
      const event = await now();
      if (event.start?.dateTime !== undefined) await patch(span(spanOf(event).start, edit.what === 'longer' ? 90 : 45));
      return;
    }
    case 'retitle': await patch({ description: `a note, the ${scene.made++}th` }); return;
    case 'new': await send('POST', path(), { summary: `Errand ${scene.made++}`, ...span(time) }); return;
    case 'new elsewhere': await send('POST', path('', privateOf(run)), { summary: `Errand ${scene.made++}`, ...span(time + 15 * MINUTE_MS, 30) }); return;
  }
}
