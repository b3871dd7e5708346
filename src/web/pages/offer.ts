import { html, type Html } from '../../kernel/html.js';
import type { Interval } from '../../kernel/interval.js';
import { momentInZones, spanInWords } from '../../mail/letter-times.js';
import { FACETS, type Facet } from '../../slots/facet.js';
import type { OfferView } from '../views.js';
import { layout } from './layout.js';
import { slotLinks, startValue, timePanel, unbroken } from './pieces.js';
import { zoneForm } from './zone-choice.js';

/**
 * The page behind the links of an ask (the existing client may move) or an offer (the incoming client picks).
 * Looking changes nothing: slots are links to the confirmation, and only its form posts, `start`, or `keep`, or `mute`, or `withdraw`.
 * The one form on the open page that posts asks for other times: it books and moves nothing.
 */
export function offerPage(view: OfferView): string {
  switch (view.state) {
    case 'open': return open(view);
    // A confirmation without a time has nothing to confirm: the choices are shown instead.
    case 'confirm': return view.picked === null ? open(view) : confirm(view, view.picked);
    case 'confirm-keep': return confirmKeep(view);
    case 'confirm-mute': return confirmMute(view);
    case 'working': return working(view);
    case 'done': return done(view);
    case 'confirm-withdraw': return confirmWithdraw(view);
    case 'kept': return kept(view);
    case 'withdrawn': return page(view, 'Your request is withdrawn', html`<p>Nothing is booked. You are welcome to ask ${view.coachName} for another time.</p>`, { tone: 'good' });
    case 'over': return over(view);
  }
}

interface Frame { readonly tone?: 'good' | 'neutral'; readonly isWorking?: boolean; readonly knowsZone?: boolean }
const page = (view: OfferView, title: string, body: Html, { tone = 'neutral', isWorking, knowsZone }: Frame = {}): string =>
  layout(title, html`<article class="card tone-${tone}">
${isWorking && html`<span class="spinner" aria-hidden="true"></span>`}
<h1>${title}</h1>
${view.note !== null && html`<p class="note" role="status">${view.note}</p>`}
${body}
</article>`, knowsZone ? { knowsZone } : {});

const sessionPanel = (view: OfferView, label = `Your session with ${view.coachName} ${view.sessionIsPast ? 'was' : 'is'} on`): Html | null =>
  view.session && timePanel(label, view.session, view.zone, view.coachZone);

/** This page with something about to be said; the visitor's zone goes along. */
function to(view: OfferView, says: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams({ ...says, ...(view.ownZone !== null && { zone: view.ownZone }) }).toString();
  return query === '' ? view.action : `${view.action}?${query}`;
}
const post = (view: OfferView, fields: Html): Html => html`<form method="post" action="${to(view)}">
${fields}
</form>`;
const openUntil = (view: OfferView): Html => unbroken(momentInZones(view.until, view.zone, view.coachZone));

function open(view: OfferView): string {
  const slots = slotLinks(view.slots, view.zone, view.coachZone, (slot) => to(view, { start: startValue(slot) }));
  const hasSlots = view.slots.length > 0;
  if (view.kind === 'offer') {
    return page(view, 'Which time suits you?', html`
<p>Hello ${view.clientName}, ${hasSlots ? `these times with ${view.coachName} are free. Take the one you like; the next page asks once more before anything is booked.` : `there is no free time to offer at the moment. ${view.coachName} knows about your request, and you hear by mail.`}</p>
${slots}
${noneOfThese(view)}
${zoneForm(view.action, view.zone)}
<p class="soft small">Open until ${openUntil(view)}. If you do nothing, nothing is booked.</p>
<p class="soft small"><a class="plain-link" href="${to(view, { withdraw: '1' })}">I no longer need a time</a></p>`, { knowsZone: true });
  }
  return page(view, 'Could we move your session?', html`
${sessionPanel(view)}
<p>Hello ${view.clientName}, would another time suit you as well? ${view.coachName} would like to move your session, if you agree.</p>
<p><strong>If you do nothing, nothing changes:</strong> your session stays where it is.</p>
${hasSlots ? html`<p>If one of these times suits you, choose it; the next page asks once more.</p>` : html`<p>There is no other time to offer at the moment.</p>`}
${slots}
<p><a class="button primary" href="${to(view, { keep: '1' })}">Keep my time</a></p>
${noneOfThese(view)}
${zoneForm(view.action, view.zone)}
<p class="soft small">Open until ${openUntil(view)}.</p>
<p class="soft small"><a class="plain-link" href="${to(view, { mute: '1' })}">Please don’t ask me again</a></p>`, { knowsZone: true });
}

/** What would suit, if none of the shown times does; fresh ones then stand on this page. */
const noneOfThese = (view: OfferView): Html | null => view.slots.length === 0 ? null : html`<details class="none"${view.isNoneOpen && html` open`}>
<summary>None of these</summary>
${post(view, html`<input type="hidden" name="none" value="1">
<fieldset><legend>What would suit you better?</legend>
${FACETS.map((facet) => html`<label class="tick"><input type="checkbox" name="facet" value="${facet}"><span>${FACET_IN_WORDS[facet]}</span></label>`)}</fieldset>
<button>Show me other times</button>`)}
</details>`;
const FACET_IN_WORDS: Readonly<Record<Facet, string>> = { mornings: 'Mornings', afternoons: 'Afternoons', 'other-days': 'Other days' };

const confirmWithdraw = (view: OfferView): string => page(view, 'Withdraw your request?', html`
<p>${view.coachName} learns that you no longer need a time. Nothing is booked, and these times are open to others.</p>
${post(view, html`<input type="hidden" name="withdraw" value="1">
<div class="stack">
<button class="primary">Withdraw my request</button>
<a class="button" href="${to(view)}">Back to the times</a>
</div>`)}`);

function confirm(view: OfferView, picked: Interval): string {
  const when = unbroken(spanInWords(picked, view.zone));
  const form = (button: Html): Html => html`<div class="stack">${post(view, html`<input type="hidden" name="start" value="${startValue(picked)}">
<button class="primary">${button}</button>`)}
<a class="button" href="${to(view)}">Back to the other times</a></div>
${zoneForm(view.action, view.zone, { start: startValue(picked) })}`;
  if (view.kind === 'offer') {
    return page(view, 'Book this time?', html`
${timePanel(`With ${view.coachName}`, picked, view.zone, view.coachZone)}
<p>When you confirm, the time is booked for you, and the invitation comes by mail.</p>
${form(html`Book ${when}`)}`, { knowsZone: true });
  }
  return page(view, 'Move your session?', html`
${sessionPanel(view, 'From')}
${timePanel('To', picked, view.zone, view.coachZone)}
<p>When you confirm, your session with ${view.coachName} moves to the new time${view.getsMail && ', and you get word by mail'}. Should that fail, it stays where it is.</p>
${form(html`Move it to ${when}`)}`, { knowsZone: true });
}

const confirmKeep = (view: OfferView): string => page(view, 'Keep your time?', html`
${sessionPanel(view)}
<p>Your session stays where it is. ${view.coachName} learns that you keep it, and this question is closed.</p>
${post(view, html`<input type="hidden" name="keep" value="1">
${!view.isMuted && html`<label class="tick"><input type="checkbox" name="mute" value="1"><span>Please don’t ask me again to move a session.</span></label>`}
<div class="stack">
<button class="primary">Keep my time</button>
<a class="button" href="${to(view)}">Back</a>
</div>`)}`);

const confirmMute = (view: OfferView): string => page(view, 'No more such questions?', html`
${sessionPanel(view)}
<p>${view.isOpen ? `Your session stays where it is, and ${view.coachName} learns that you keep it. ` : ''}You are not asked again to move a session with ${view.coachName}. Everything else stays as it is.</p>
${post(view, html`<input type="hidden" name="mute" value="1">
<div class="stack">
<button class="primary">${view.isOpen ? 'Keep my time, and don’t ask me again' : 'Don’t ask me again'}</button>
<a class="button" href="${to(view)}">Back</a>
</div>`)}`);

/** How matters stand with being asked again: said by those who were asked, once the question itself is done with. */
const askedAgain = (view: OfferView): Html | null => view.kind !== 'ask' ? null : html`<p class="soft small">${view.isMuted
  ? `You are not asked again to move a session. If you change your mind, tell ${view.coachName}.`
  : html`<a class="plain-link" href="${to(view, { mute: '1' })}">Please don’t ask me again</a>`}</p>`;

/** This state ends by itself: the answer's `refresh` header has the page looked at again, and a link lets the reader do so. */
const working = (view: OfferView): string => view.kind === 'ask'
  ? page(view, 'Your session is being moved', html`
${sessionPanel(view, 'From')}
${view.picked && timePanel('To', view.picked, view.zone, view.coachZone)}
<p>This takes a few seconds, and the page looks again by itself. Until it is done, your session stays where it is.</p>
<p><a class="button" href="${to(view)}">Look again</a></p>`, { isWorking: true })
  : page(view, 'Your session is being booked', html`
${view.picked && timePanel(`With ${view.coachName}`, view.picked, view.zone, view.coachZone)}
<p>This takes a few seconds, and the page looks again by itself.</p>
<p><a class="button" href="${to(view)}">Look again</a></p>`, { isWorking: true });

function done(view: OfferView): string {
  const at = view.session ?? view.picked;
  return view.kind === 'ask'
    ? page(view, 'Your session has moved', html`
${at && timePanel(`Your session with ${view.coachName} is now on`, at, view.zone, view.coachZone)}
<p>Thank you! There is nothing left for you to do.</p>
${askedAgain(view)}`, { tone: 'good' })
    : page(view, 'Your session is booked', html`
${at && timePanel(`With ${view.coachName}`, at, view.zone, view.coachZone)}
<p>The invitation comes by mail. See you then!</p>`, { tone: 'good' });
}

const kept = (view: OfferView): string => page(view, 'Your time is kept', html`
${sessionPanel(view)}
<p>Nothing has changed, and there is nothing left for you to do. Thank you for answering.</p>
${askedAgain(view)}`, { tone: 'good' });

function over(view: OfferView): string {
  if (view.kind === 'ask') {
    return page(view, 'Nothing to do any more', html`
${sessionPanel(view)}
<p>${view.isTooLate ? 'The time to answer has passed. ' : ''}This question is closed: you need not answer it.</p>
${askedAgain(view)}`);
  }
  return page(view, 'Nothing to do any more', html`
<p>${view.isTooLate ? 'The time to answer has passed, and nothing is booked.' : 'This offer is closed.'} ${view.isStillWanted
    ? `${view.coachName} still has your request, and you hear by mail how it goes on.`
    : `If you still need a time, please ask ${view.coachName} again.`}</p>`);
}
