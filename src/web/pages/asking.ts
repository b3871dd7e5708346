import type { AnswerTime } from '../../conflicts/blocker.js';
import { html, type Html } from '../../kernel/html.js';
import type { Interval } from '../../kernel/interval.js';
import { dayInWords } from '../../kernel/zone.js';
import { answerInShort, answerInWords, oftenInWords, spanInWords, timesInWords } from '../../mail/letter-times.js';
import { timeList, unbroken, zoneOver } from './pieces.js';

/** One thing that the coach can do: what, in a few words what it means, and the form behind it; without one, why it cannot be done. */
export interface WayCard { readonly title: string; readonly effect: string; readonly inside: Html | null }
export const wayCard = ({ title, effect, inside }: WayCard, { isOpen = false, isPrepared = false } = {}): Html => inside === null
  ? html`<section class="card${isPrepared && ' prepared'}"><h2>${unbroken(title)}</h2><p class="soft">${unbroken(effect)}</p></section>`
  : html`<details class="card${isPrepared && ' prepared'}"${isOpen && html` open`}>
<summary><div><h2>${unbroken(title)}</h2><small>${unbroken(effect)}</small></div></summary>
<div class="inside">${inside}</div>
</details>`;

/** What is about to be mailed to one client: the times to choose from, and how long they can answer; `then`: what follows. */
export interface Times { readonly slots: readonly Interval[]; readonly answer: AnswerTime }
export const timesEffect = ({ slots, answer }: Times, zone: string): string => `${timesInWords(slots.length)} to offer, ${answerInShort(answer, zone)}`;
export const timesTo = (name: string, { slots, answer }: Times, zone: string, then: Html): Html =>
  html`<p>${name} gets a mail with ${slots.length === 1 ? 'this time' : `these ${timesInWords(slots.length)}`} to choose from ${zoneOver(zone)}:</p>
${timeList(slots, zone)}
<p>${name} can answer ${unbroken(answerInWords(answer, zone))}. ${then}</p>`;

export const askTitle = (name: string): string => `Ask ${name} to move`;
/** The end of a button's words, on one line. */
export const SEND = html`<span class="together">send the mail</span>`;
export const askButton = (name: string, way: string): Html => html`<button class="primary" name="do" value="${way}">Ask ${name} to move: ${SEND}</button>`;

/** How often this client was asked before, so that nobody is pressed. */
export const askedBefore = (name: string, asks: number, days: number): Html =>
  html`<p class="soft">${name} was ${asks > 0 ? `asked to move ${oftenInWords(asks)}` : 'not asked to move'} in the last ${days} days.</p>`;

export const addressField = (name: string): Html => html`<label class="field">E-mail address of ${name}
<span>It is missing in your calendar. Makeway remembers it.</span>
<input type="email" name="address" autocomplete="off" required></label>`;

/** What else stands at that time: asking helps only if the coach says of each that it does not matter. */
export interface Rest { readonly key: string; readonly title: string; readonly interval: Interval; readonly isAllDay: boolean }
export const restField = (name: string, rest: readonly Rest[], zone: string): Html | null => rest.length === 0 ? null : html`<fieldset><legend>This stands there too</legend>
<p class="soft small">${name} can only be asked if the rest does not matter. Tick it to say so for this request.</p>
${rest.map((each) => tick(each, zone))}</fieldset>`;
const tick = ({ key, title, interval, isAllDay }: Rest, zone: string): Html => html`<label class="tick"><input type="checkbox" name="tick" value="${key}" required>
<span>${title || 'Busy'} <span class="soft small">(${unbroken(isAllDay ? `${dayInWords(interval.start, zone)}, all day` : spanInWords(interval, zone))})</span> does not matter here</span></label>`;
