import type { Interval } from '../../kernel/interval.js';
import { html, type Html } from '../../kernel/html.js';
import { dayInWords, rfc3339, zoneInWords } from '../../kernel/zone.js';
import { keepTimesTogether } from '../../mail/letter-html.js';
import { groupByDay, hoursElsewhere, hoursInWords, spanInZones } from '../../mail/letter-times.js';

const NO_WRAP = html`<span class="together">`;
/** A sentence whose days, hours and zones each stay on one line. */
export const unbroken = (line: string): Html => keepTimesTogether(line, NO_WRAP);

/** A time set apart: a label, the time on the reader's clocks and, where they differ, on the coach's. */
export function timePanel(label: string, interval: Interval, zone: string, coachZone: string): Html {
  const [first, elsewhere] = spanInZones(interval, zone, coachZone);
  return html`<p class="when"><span class="label">${label}</span><strong>${unbroken(first ?? '')}</strong>${elsewhere !== undefined && html`<span class="elsewhere">${unbroken(elsewhere)}</span>`}</p>`;
}

/** Times to read, not to press; `zoneOver` stands in the line above. */
export const timeList = (times: readonly Interval[], zone: string): Html =>
  html`<ul class="times">${times.map((time) => html`<li>${unbroken(`${dayInWords(time.start, zone)}, ${hoursInWords(time, zone)}`)}</li>`)}</ul>`;
/** "(Berlin time)", for a heading or a line over times. */
export const zoneOver = (zone: string): Html => html`<span class="soft together">(${zoneInWords(zone)})</span>`;

/** Times as big links, under their days; `href` says where each leads. Who hears a link alone hears its day, too. */
export const slotLinks = (slots: readonly Interval[], zone: string, coachZone: string, href: (slot: Interval) => string): Html =>
  html`${groupByDay(slots, (slot) => slot, zone).map(({ day, items }) => html`<h2>${day} ${zoneOver(zone)}</h2>
<ul class="slots">${items.map((slot) => html`<li><a class="button" href="${href(slot)}"><span class="unseen">${day}, </span>${hoursInWords(slot, zone)}${elsewhere(slot, zone, coachZone)}</a></li>`)}</ul>`)}`;
function elsewhere(slot: Interval, zone: string, coachZone: string): Html | null {
  const there = hoursElsewhere(slot, zone, coachZone);
  return there === null ? null : html`<span class="elsewhere">${unbroken(there)}</span>`;
}

/** A start as forms and links carry it: RFC 3339 in UTC. */
export const startValue = (slot: Interval): string => rfc3339(slot.start, 'UTC');
