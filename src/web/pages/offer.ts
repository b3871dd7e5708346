import { html, type Html } from '../../kernel/html.js';
import type { Interval } from '../../kernel/interval.js';
import { momentInZones, spanInWords } from '../../mail/letter-times.js';
import { FACETS, type Facet } from '../../slots/facet.js';
import type { OfferView } from '../views.js';
import { layout } from './layout.js';
import { slotLinks, startValue, timePanel } from './pieces.js';

/**
 * The page behind the links of an ask (the existing client may move) or an offer (the incoming client picks).
 * Looking changes nothing: slots are links to the confirmation, and only its form posts, `start`, or `keep` and `mute`, or `withdraw`.
 * The one form on the open page asks for other times: it books and moves nothing.
 */
export function offerPage(view: OfferView): string {
  switch (view.state) {
    case 'open': return open(view);
    // A confirmation without a time has nothing to confirm: the choices are shown instead.
    case 'confirm': return view.picked === null ? open(view) : confirm(view, view.picked);
    case 'confirm-keep': return confirmKeep(view);
    case 'working': return working(view);
    case 'done': return done(view);
    case 'confirm-withdraw': return confirmWithdraw(view);
    case 'kept': return kept(view);
    case 'withdrawn': return page(view, 'Your request is withdrawn', html`<p>Nothing is booked. You are welcome to ask ${view.coachName} for another time.</p>`, 'good');
    case 'over': return over(view);
  }
}

const page = (view: OfferView, title: string, body: Html, tone: 'good' | 'neutral' = 'neutral', refreshSeconds?: number): string =>
  layout(title, html`<article class="card tone-${tone}">
${refreshSeconds !== undefined && html`<span class="spinner" aria-hidden="true"></span>`}
<h1>${title}</h1>
${view.note !== null && html`<p class="note" role="status">${view.note}</p>`}
${body}
</article>`, refreshSeconds === undefined ? {} : { refreshSeconds });

const sessionPanel = (view: OfferView, label = `Your session with ${view.coachName} stands at`): Html | null =>
  view.session && timePanel(label, view.session, view.zone, view.coachZone);

const openUntil = (view: OfferView): string => momentInZones(view.until, view.zone, view.coachZone);

function open(view: OfferView): string {
  const slots = slotLinks(view.slots, view.zone, view.coachZone, (slot) => `${view.action}?start=${encodeURIComponent(startValue(slot))}`);
  if (view.kind === 'offer') {
    return page(view, 'Which time suits you?', html`
${sessionPanel(view)}
<p>Hello ${view.clientName}, ${view.slots.length > 0 ? `these times with ${view.coachName} are free. Choose one; the next page asks once more.` : `there is no free time to offer at the moment. ${view.coachName} knows about your request.`}</p>
${slots}
${noneOfThese(view)}
<p class="soft small">Open until ${openUntil(view)}. Nothing is booked until you have confirmed.</p>
<p class="soft small"><a href="${view.action}?withdraw=1">I no longer need a time</a></p>`);
  }
  return page(view, 'Could we move your session?', html`
${sessionPanel(view)}
<p>Hello ${view.clientName}, if you do nothing, nothing changes: your session stays where it is. ${view.slots.length > 0 ? 'If another time suits you as well, choose it here; the next page asks once more.' : 'There is no other time to offer at the moment.'}</p>
${slots}
<p><a class="button primary" href="${view.action}?keep=1">Keep my time</a></p>
${noneOfThese(view)}
<p class="soft small">Open until ${openUntil(view)}. With <em>Keep my time</em> you can also say that you do not want to be asked again.</p>`);
}

/** What would suit, if none of the shown times does; fresh ones then stand on this page. */
const noneOfThese = (view: OfferView): Html | null => view.slots.length === 0 ? null : html`<details class="none">
<summary>None of these</summary>
<form method="post" action="${view.action}">
<input type="hidden" name="none" value="1">
<fieldset><legend>What would suit you?</legend>
${FACETS.map((facet) => html`<label class="tick"><input type="checkbox" name="facet" value="${facet}"><span>${FACET_IN_WORDS[facet]}</span></label>`)}</fieldset>
<button>Show me other times</button>
</form>
</details>`;
const FACET_IN_WORDS: Readonly<Record<Facet, string>> = { mornings: 'Mornings', afternoons: 'Afternoons', 'other-days': 'Other days' };

const confirmWithdraw = (view: OfferView): string => page(view, 'Withdraw your request?', html`
<p>${view.coachName} learns that you no longer need a time. Nothing is booked, and these times are open to others.</p>
<form method="post" action="${view.action}">
<input type="hidden" name="withdraw" value="1">
<div class="stack">
<button class="primary">Withdraw my request</button>
<a class="button" href="${view.action}">Back to the times</a>
</div>
</form>`);

function confirm(view: OfferView, picked: Interval): string {
  const when = spanInWords(picked, view.zone);
  const form = (button: string): Html => html`<form method="post" action="${view.action}">
<input type="hidden" name="start" value="${startValue(picked)}">
<button class="primary">${button}</button>
</form>
<p><a class="button" href="${view.action}">Back to the other times</a></p>`;
  if (view.kind === 'offer') {
    return page(view, 'Book this time?', html`
${timePanel(`With ${view.coachName}`, picked, view.zone, view.coachZone)}
<p>When you confirm, the time is booked for you and you get an invitation by mail.</p>
<div class="stack">${form(`Book ${when}`)}</div>`);
  }
  return page(view, 'Move your session?', html`
${sessionPanel(view, 'From')}
${timePanel('To', picked, view.zone, view.coachZone)}
<p>When you confirm, your session with ${view.coachName} moves to the new time, and you get word by mail. Should that fail, it stays where it is.</p>
<div class="stack">${form(`Move it to ${when}`)}</div>`);
}

const confirmKeep = (view: OfferView): string => page(view, 'Keep your time?', html`
${sessionPanel(view)}
<p>Your session stays where it is. ${view.coachName} learns that you keep it, and this question is closed.</p>
<form method="post" action="${view.action}">
<input type="hidden" name="keep" value="1">
<label class="tick"><input type="checkbox" name="mute" value="1"><span>Please don’t ask me again to move a session.</span></label>
<div class="stack">
<button class="primary">Keep my time</button>
<a class="button" href="${view.action}">Back</a>
</div>
</form>`);

/** This state ends by itself, so the page looks again every two seconds. */
const working = (view: OfferView): string => view.kind === 'ask'
  ? page(view, 'Your session is being moved', html`
${sessionPanel(view, 'From')}
${view.picked && timePanel('To', view.picked, view.zone, view.coachZone)}
<p>This takes a few seconds, and the page refreshes by itself. Until it is done, your session stays where it is.</p>`, 'neutral', 2)
  : page(view, 'Your session is being booked', html`
${view.picked && timePanel(`With ${view.coachName}`, view.picked, view.zone, view.coachZone)}
<p>This takes a few seconds, and the page refreshes by itself.</p>`, 'neutral', 2);

function done(view: OfferView): string {
  const at = view.session ?? view.picked;
  return view.kind === 'ask'
    ? page(view, 'Your session has moved', html`
${at && timePanel(`Your session with ${view.coachName} is now on`, at, view.zone, view.coachZone)}
<p>Thank you! There is nothing left for you to do.</p>`, 'good')
    : page(view, 'Your session is booked', html`
${at && timePanel(`With ${view.coachName}`, at, view.zone, view.coachZone)}
<p>The invitation comes by mail. See you then!</p>`, 'good');
}

const kept = (view: OfferView): string => page(view, 'Your time is kept', html`
${sessionPanel(view)}
<p>Nothing has changed, and there is nothing left for you to do. Thank you for answering.</p>`, 'good');

const over = (view: OfferView): string => page(view, 'Nothing to do any more', html`
${sessionPanel(view)}
<p>${view.kind === 'ask'
    ? 'This question is closed. You need not answer it, and nothing on this page changes anything.'
    : `This offer is closed. If you still need a time, please ask ${view.coachName} again.`}</p>`);
