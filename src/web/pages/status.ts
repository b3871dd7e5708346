import { html, type Html } from '../../kernel/html.js';
import { groupByDay, hoursInWords } from '../../mail/letter-times.js';
import { zoneInWords } from '../../kernel/zone.js';
import type { StatusState, StatusView } from './book-views.js';
import { layout } from './layout.js';
import { startValue, timePanel } from './pieces.js';

/**
 * How a request stands, for the person who made it. It tells nothing of anybody else: whatever is done to make room for it
 * reads the same. Looking changes nothing; its forms post `withdraw`, or `also`. While it is being booked the door makes it refresh itself.
 */
export function statusPage(view: StatusView): string {
  const isOpen = view.state === 'looked-after';
  if (view.say === 'withdraw' && (isOpen || view.state === 'offered')) return withdrawPage(view);
  if (view.say === 'others' && isOpen) return othersPage(view);
  const { title, tone, body } = SAID[view.state](view);
  return page(view, title, html`${body}`, tone);
}

function page(view: StatusView, title: string, body: Html, tone: 'good' | 'neutral' = 'neutral'): string {
  return layout(title, html`<article class="card tone-${tone}">
${view.state === 'booking' && html`<span class="spinner" aria-hidden="true"></span>`}
<h1>${title}</h1>
${view.note && html`<p class="${view.note.isFault ? 'fault' : 'note'}" role="status">${view.note.text}</p>`}
${body}
</article>`);
}

interface Said { readonly title: string; readonly tone: 'good' | 'neutral'; readonly body: Html }

const SAID: Readonly<Record<StatusState, (view: StatusView) => Said>> = {
  'looked-after': (view) => ({ title: 'Your request is being looked after', tone: 'neutral', body: html`
${wanted(view)}
<p>You get a mail as soon as there is news. Until then there is nothing for you to do, and nothing is booked.</p>
<div class="stack">
<a class="button" href="${view.action}?others=1">Another time would do as well</a>
<a class="button" href="${view.action}?withdraw=1">I no longer need it</a>
</div>
<p class="soft small"><a href="${view.action}">Look again</a></p>` }),
  offered: (view) => ({ title: 'There are other times for you', tone: 'neutral', body: html`
${wanted(view)}
<p>The time that you asked for is not available. ${view.coachName} offers you others:</p>
<div class="stack">
${view.pickPath !== null && html`<a class="button primary" href="${view.pickPath}">See the times, and choose</a>`}
<a class="button" href="${view.action}?withdraw=1">I no longer need it</a>
</div>` }),
  booking: (view) => ({ title: 'Your session is being booked', tone: 'neutral', body: html`
${view.booked && panel(view, view.booked)}
<p>This takes a few seconds, and the page looks again by itself.</p>
<p><a class="button" href="${view.action}">Look again</a></p>` }),
  booked: (view) => ({ title: 'Your session is booked', tone: 'good', body: html`
${view.booked && panel(view, view.booked)}
<p>The invitation comes by mail. If you cannot come after all, decline it there. See you then!</p>
<p class="soft"><a href="${view.bookPath}">Book another session</a></p>` }),
  declined: (view) => ({ title: 'There is no session at that time', tone: 'neutral', body: html`
${wanted(view)}
<p>Thank you for asking. ${view.coachName} cannot offer a session then.</p>${again(view)}` }),
  expired: (view) => ({ title: 'Your request has ended', tone: 'neutral', body: html`
${wanted(view)}
<p>The times that you asked for have passed without a booking.</p>${again(view)}` }),
  withdrawn: (view) => ({ title: 'Your request is withdrawn', tone: 'good', body: html`
<p>Nothing is booked, and there is nothing left for you to do.</p>${again(view)}` }),
};

const panel = (view: StatusView, time: StatusView['wanted'][number]): Html => timePanel(`${view.sessionType} with ${view.coachName}`, time, view.zone, view.coachZone);
const wanted = (view: StatusView): Html => html`${view.wanted.map((time, i) => i === 0 ? panel(view, time) : timePanel('Or', time, view.zone, view.coachZone))}`;
const again = (view: StatusView): Html => html`<p><a class="button" href="${view.bookPath}">See free times</a></p>`;

const withdrawPage = (view: StatusView): string => page(view, 'Withdraw your request?', html`
${wanted(view)}
<p>${view.coachName} learns that you no longer need a time. Nothing is booked.</p>
<form method="post" action="${view.action}"><input type="hidden" name="withdraw" value="1">
<div class="stack"><button class="primary">Withdraw my request</button><a class="button" href="${view.action}">Back</a></div></form>`);

function othersPage(view: StatusView): string {
  const days = groupByDay(view.others, (time) => time, view.zone);
  return page(view, 'Which other time would do?', html`
${wanted(view)}
${days.length === 0 ? html`<p>There is no other time to name at the moment.</p><p><a class="button" href="${view.action}">Back</a></p>` : html`<p>What you asked for stays. If the time that you add is free, it is booked as soon as you press the button.</p>
<form method="post" action="${view.action}">
<label class="field" for="also">This would do as well (${zoneInWords(view.zone)})</label>
<select class="below" id="also" name="also">${days.map(({ day, items }) => html`
<optgroup label="${day}">${items.map((time) => html`<option value="${startValue(time)}">${day}, ${hoursInWords(time, view.zone)}${time.isFree && ', free'}</option>`)}</optgroup>`)}
</select>
<div class="stack"><button class="primary">Add this time</button><a class="button" href="${view.action}">Back</a></div>
</form>`}`);
}
