import { html, type Html } from '../../kernel/html.js';
import { groupByDay, hoursInWords } from '../../mail/letter-times.js';
import { zoneInWords } from '../../kernel/zone.js';
import type { PublicTime } from '../../slots/public-times.js';
import { aboutKind, pathTo } from './book-pieces.js';
import type { AskView, Fault } from './book-views.js';
import { layout } from './layout.js';
import { startValue, timePanel } from './pieces.js';

/** How many other times a visitor can name beside the one they chose. */
const OTHERS = [1, 2] as const;

/** The form behind a time: who asks, and, where the time is not free, which others would do as well. What was typed stays. */
export function bookAskPage(view: AskView): string {
  const isFree = view.wanted?.isFree ?? false;
  const title = view.wanted === null ? 'Please choose another time' : isFree ? 'Book this time' : 'Ask for this time';
  const back = html`<p><a href="${pathTo(view, {})}">Choose another time</a></p>`;
  return layout(title, html`<article class="card">
<h1>${title}</h1>
${view.faults.length > 0 && summary(view.faults)}
${view.note !== null && html`<p class="note" role="alert">${view.note}</p>`}
${view.wanted === null ? html`<p>That time can no longer be asked for.</p>` : html`${timePanel(`${aboutKind(view)}, with ${view.coachName}`, view.wanted, view.zone, view.coachZone)}
<p>${isFree ? 'It is free. You get a mail with a link; as soon as you have confirmed there, it is booked.' : `It is not free. You get a mail with a link; as soon as you have confirmed there, ${view.coachName} looks at what can be done.`}</p>
${form(view, view.wanted, isFree)}`}
${back}
</article>`);
}

/** The page after the form was sent. It reads the same whatever became of it. */
export function bookSentPage(view: { readonly bookPath: string; readonly coachName: string; readonly email: string }): string {
  return layout('Please look into your mailbox', html`<article class="card tone-good">
<h1>Please look into your mailbox</h1>
<p>There is a mail for <strong>${view.email}</strong> on its way, with a link. <strong>Your request counts once you have opened it and pressed the button there.</strong> The link is good for a day.</p>
<p class="soft">It can take some minutes, and may lie among the junk. Is the address wrong? Then <a href="${view.bookPath}">ask once more</a>.</p>
</article>`);
}

const summary = (faults: readonly Fault[]): Html => html`<div class="fault" role="alert" tabindex="-1" autofocus>
<p>Please look at this once more:</p>
<ul>${faults.map((fault) => html`<li><a href="#${fault.field === 'start' ? 'send' : fault.field}">${fault.text}</a></li>`)}</ul>
</div>`;

const form = (view: AskView, wanted: PublicTime, isFree: boolean): Html => html`<form method="post" action="${view.path}/ask" novalidate>
${view.kinds.length > 1 && html`<input type="hidden" name="type" value="${view.kind.name}">`}
<input type="hidden" name="zone" value="${view.zone}">
<input type="hidden" name="start" value="${startValue(wanted)}">
<input type="hidden" name="stamp" value="${view.stamp}">
${field(view, 'name', 'Your name', null, 'text', 'name')}
${field(view, 'email', 'Your e-mail address', 'The link to confirm goes there.', 'email', 'email')}
${!isFree && view.others.length > 0 && others(view)}
<div class="honey" aria-hidden="true"><label for="website">Leave this empty</label><input id="website" type="text" name="website" tabindex="-1" autocomplete="off"></div>
<p><button id="send" class="primary">${isFree ? 'Send me the link to book it' : 'Send me the link to ask for it'}</button></p>
<p class="soft small">Your name and address go to ${view.coachName}, once you have confirmed, and to nobody else.</p>
</form>`;

function field(view: AskView, name: 'name' | 'email', label: string, hint: string | null, type: string, autocomplete: string): Html {
  const fault = view.faults.find((one) => one.field === name);
  const told = [hint !== null && `${name}-hint`, fault && `${name}-fault`].filter(Boolean).join(' ');
  return html`<label class="field" for="${name}">${label}</label>
${hint !== null && html`<p class="hint" id="${name}-hint">${hint}</p>`}
${fault && html`<p class="wrong" id="${name}-fault">${fault.text}</p>`}
<input class="below" id="${name}" type="${type}" name="${name}" value="${view.given[name]}" autocomplete="${autocomplete}" maxlength="${name === 'name' ? 100 : 254}" required${told !== '' && html` aria-describedby="${told}"`}${fault && html` aria-invalid="true"`}>`;
}

function others(view: AskView): Html {
  const fault = view.faults.find((one) => one.field === 'also');
  const days = groupByDay(view.others, (time) => time, view.zone);
  return html`<fieldset id="also"><legend>Would another time do as well?</legend>
<p class="soft small">You need not say. If one that you name is free, it is booked as soon as you have confirmed. Times are in ${zoneInWords(view.zone)}.</p>
${fault && html`<p class="wrong">${fault.text}</p>`}
${OTHERS.map((n) => html`<label class="field" for="also-${n}">${n === 1 ? 'This one' : 'Or this one'}</label>
<select class="below" id="also-${n}" name="also">
<option value="">No other time</option>${days.map(({ day, items }) => html`
<optgroup label="${day}">${items.map((time) => html`<option value="${startValue(time)}"${view.given.also[n - 1] === startValue(time) && html` selected`}>${day}, ${hoursInWords(time, view.zone)}${time.isFree && ', free'}</option>`)}</optgroup>`)}
</select>`)}
</fieldset>`;
}
