import { html, type Html } from '../../kernel/html.js';
import { MINUTE } from '../../kernel/interval.js';
import { rfc3339, wallClock, zoneInWords } from '../../kernel/zone.js';
import { hoursInWords, spanInWords } from '../../mail/letter-times.js';
import type { PublicTime } from '../../slots/public-times.js';
import type { BookFrame } from './book-views.js';
import { startValue, unbroken } from './pieces.js';
import { zoneForm } from './zone-choice.js';

/** What every address of a booking page carries on: the kind, where there is a choice, and the visitor's zone. */
export const carried = (frame: BookFrame): Record<string, string> => ({ ...(frame.kinds.length > 1 && { type: frame.kind.name }), zone: frame.zone });
/** The address of another part of the booking page. */
export const pathTo = (frame: BookFrame, to: Readonly<Record<string, string>>, below = ''): string =>
  `${frame.path}${below}?${new URLSearchParams({ ...carried(frame), ...to }).toString()}`;
export const askPath = (frame: BookFrame, time: PublicTime): string => pathTo(frame, { start: startValue(time) }, '/ask');

/** "60 minutes", "1½ hours" is "90 minutes": one unit for all. */
export const lengthInWords = (ms: number): string => `${String(Math.round(ms / MINUTE))} minutes`;
export const aboutKind = (frame: BookFrame): string => `${frame.kind.name}, ${lengthInWords(frame.kind.lengthMs)}`;

/** The hours of each time on a list of one day. When the clocks go back, an hour stands there twice: then the offset tells which. */
export function hoursOf(times: readonly PublicTime[], zone: string): string[] {
  const said = times.map((time) => hoursInWords(time, zone));
  return said.map((hours, i) => {
    const time = times[i];
    const isTwice = time !== undefined && said.filter((other) => other === hours).length > 1;
    return isTwice ? `${hours} (UTC${rfc3339(time.start, zone).replace(/^.*T.{8}/, '').replace('Z', '+00:00')})` : hours;
  });
}

/** Times of one day as big links to the form. The zone is named above them. */
export function timeLinks(frame: BookFrame, times: readonly PublicTime[], withDay: 'with day' | 'hours only' = 'hours only'): Html {
  const hours = hoursOf(times, frame.zone);
  return html`<ul class="slots">${times.map((time, i) => html`
<li><a class="button${time.isFree && ' primary'}" href="${askPath(frame, time)}">${withDay === 'with day' ? unbroken(spanInWords(time, frame.zone).replace(/ \([^()]*\)$/, '')) : hours[i]}${elsewhere(frame, time)}</a></li>`)}
</ul>`;
}
const elsewhere = (frame: BookFrame, time: PublicTime): Html | false =>
  frame.zone !== frame.coachZone && html`<span class="elsewhere">${wallClock(time.start, frame.zone).date === wallClock(time.start, frame.coachZone).date
    ? unbroken(`${hoursInWords(time, frame.coachZone)} (${zoneInWords(frame.coachZone)})`) : unbroken(spanInWords(time, frame.coachZone))}</span>`;

/** The form that changes the zone of the page which stands at `path` with `kept`. */
export const zoneOf = (frame: BookFrame, kept: Readonly<Record<string, string>>): Html =>
  zoneForm(frame.path, frame.zone, { ...(frame.kinds.length > 1 && { type: frame.kind.name }), ...kept });
