import type { Emulator } from '../emulator.js';
import { isOrganizerCopy } from '../people/copies.js';
import type { StoredEvent } from '../store/model.js';
import type { Store } from '../store/store.js';
import { endConference, isPending } from './conference.js';
import { followSeries, saveEvent } from './save.js';

const KEYS = { start: 'conference:', end: 'conference;' };

/** Notes an event whose conference is still to come, so that it can be found again. Use within `transact`. */
export function rememberPending(store: Store, { calendarId, id, content }: StoredEvent): void {
  if (isPending(content.conferenceData)) store.meta.putSync(`${KEYS.start}${store.nextNumber('conference')}`, [calendarId, id]);
}

/** Ends the making of every conference that was asked for: a change of its event, as Google itself makes it later. Returns how many. */
export function endPending({ store, copies }: Pick<Emulator, 'store' | 'copies'>, outcome: 'success' | 'failure'): number {
  return store.transact(() => {
    let ended = 0;
    for (const { key, value } of [...store.meta.getRange({ ...KEYS })]) {
      store.meta.removeSync(key);
      const [calendarId, id] = value as [string, string];
      const before = store.events.get(calendarId, id), conference = before?.content.conferenceData;
      if (before === undefined || conference === undefined || !isPending(conference)) continue;
      const after = saveEvent(store, before, { ...before, content: { ...before.content, conferenceData: endConference(conference, outcome) } });
      const followers = before.content.recurrence === undefined ? [] : followSeries(store, before, after);
      if (isOrganizerCopy(after) && after.privateCopy !== true) for (const change of [{ before, after }, ...followers]) copies.pass({ to: 'guests', change });
      ended++;
    }
    return ended;
  });
}
