import { html, type Html } from '../../kernel/html.js';
import type { Interval } from '../../kernel/interval.js';
import { dayInWords, zoneInWords } from '../../kernel/zone.js';
import { groupByDay, hoursInWords, spanInWords } from '../../mail/letter-times.js';
import type { AskView, BlockerView, DecisionView } from '../views.js';
import { addressField, askButton, askedBefore, askTitle, restField, SEND, timesEffect, timesTo, wayCard, type WayCard } from './asking.js';
import { coachLayout } from './coach-layout.js';
import { layout } from './layout.js';
import { startValue, timePanel, unbroken, zoneOver } from './pieces.js';

/**
 * One request for its coach: what stands there, and the ways to go on. Each way is a form of its own, so that Enter
 * in a field never sends another one; each carries `revision`, `guard` if given, and `do`. The prepared way comes first and open.
 */
export function decisionPage(view: DecisionView): string {
  const title = view.isDecided ? 'That is decided' : view.isOpen ? `${view.incoming.name} asks for your time` : `Request of ${view.incoming.name}`;
  // Who pressed a button in the mail has seen the day there: what it does comes first, the day after it.
  const day = agenda(view);
  const comesFirst = view.isOpen && view.prepared !== null;
  const body = html`<article class="card${view.isDecided && ' tone-good'}">
<h1>${title}</h1>
${view.isDecided && html`<p role="status">${unbroken(view.standing)}</p>`}
${view.fault !== null && html`<p class="fault" role="alert">${view.fault}</p>`}
${view.isStale && !view.isDecided && html`<p class="note" role="status">Something changed since that mail was sent. This is how things stand now.</p>`}
${timePanel(view.sessionType, view.wanted, view.zone, view.zone)}
<p>For ${view.incoming.name}, <span class="soft">${view.incoming.email}</span></p>
${view.alsoWanted.length > 0 && html`<p>Also possible for ${view.incoming.name}:</p>
<ul class="times">${view.alsoWanted.map((also) => html`<li>${unbroken(spanInWords(also.wanted, view.zone))}<br><span class="soft small">${also.takes}</span></li>`)}</ul>`}
${!view.isDecided && html`<p>${unbroken(view.standing)}</p>`}
${view.passOn !== null && passOn(view.passOn)}
${!comesFirst && day}
${view.historyPath !== null && html`<p><a href="/pending">All requests</a> · <a href="${view.historyPath}">What happened so far</a></p>`}
</article>
${view.isOpen && ways(view, comesFirst && day !== null ? html`<section class="card">${day}</section>` : null)}`;
  return view.guard === null ? layout(title, body) : coachLayout(title, { page: '/pending', guard: view.guard, isOn: false }, body, { isWide: false });
}

/** The mail that is not sent: the coach sends the link, by whatever way they have. */
const passOn = ({ name, link }: NonNullable<DecisionView['passOn']>): Html => html`<label class="field">Link for ${name}
<span>There is no address, so no mail goes out. Pass this link on by chat or text. It is for ${name} alone.</span>
<input type="text" readonly value="${link}"></label>`;

function agenda(view: DecisionView): Html | null {
  if (view.blockers.length + view.neighbours.length === 0) return null;
  const day = dayInWords(view.wanted.start, view.zone);
  const rows = [
    ...view.blockers.map((blocker) => ({ ...blocker, standing: blocker.kind === 'promised' ? 'kept free until that one is settled' : 'stands at that time' })),
    ...view.neighbours.map((neighbour) => ({ ...neighbour, isAllDay: false, standing: null })),
  ].sort((a, b) => a.interval.start - b.interval.start);
  const hours = (row: (typeof rows)[number]): string => {
    const first = dayInWords(row.interval.start, view.zone);
    const span = row.isAllDay ? 'all day' : hoursInWords(row.interval, view.zone);
    return first === day || row.isAllDay ? span : `${first}, ${span}`;
  };
  return html`<h2>${day} ${zoneOver(view.zone)}</h2>
<ul class="agenda">${rows.map((row) => html`<li${row.standing !== null && html` class="standing"`}><span class="hours">${hours(row)}</span><span>${row.title || 'Busy'}${row.standing !== null && html`<small>${row.standing}</small>`}</span></li>`)}</ul>`;
}

type Way = NonNullable<DecisionView['prepared']>;

/** `between` stands after the prepared way. */
function ways(view: DecisionView, between: Html | null): Html {
  const order: readonly Way[] = ['option2', 'option1', 'decline', 'manual'];
  const first = view.prepared;
  const isOpenAtFirst = first ?? (!('why' in view.ask) ? 'option2' : view.otherSlots.length > 0 ? 'option1' : 'manual');
  const draw = (way: Way): Html => wayCard(WAYS[way](view), { isOpen: way === isOpenAtFirst, isPrepared: way === first });
  const others = view.alsoWanted.map((also) => atOtherTime(view, also));
  return first === null
    ? html`<p class="or">How do you want to go on? Nothing happens before you press a button.</p>${order.map(draw)}${others}`
    : html`<p class="or">You chose this. It happens when you press the button:</p>${draw(first)}
${between}
<p class="or">Or something else</p>${order.filter((way) => way !== first).map(draw)}${others}`;
}

/** What can be done about another wanted time. */
function atOtherTime(view: DecisionView, also: DecisionView['alsoWanted'][number]): Html | null {
  if (also.ask) {
    const { title, inside } = asking(view, also.ask, also);
    return wayCard({ title: `Or ${spanInWords(also.wanted, view.zone)}: ${title.replace(/^A/, 'a')}`, effect: also.takes, inside });
  }
  if (!also.isOpenByHand) return null;
  return wayCard({ title: `Or ${spanInWords(also.wanted, view.zone)}: book by hand`, effect: also.takes, inside: form(view, html`<input type="hidden" name="start" value="${startValue(also.wanted)}">
<p>${view.incoming.name} gets the invitation.</p><button class="primary" name="do" value="manual">Book ${view.incoming.name} at this time</button>`) });
}

const WAYS: Readonly<Record<Way, (view: DecisionView) => WayCard>> = { option2: askToMove, option1: offerOthers, decline, manual: byHand };

const form = (view: DecisionView, fields: Html): Html => html`<form method="post" action="${view.action}">
<input type="hidden" name="revision" value="${view.revision}">
${view.guard !== null && html`<input type="hidden" name="guard" value="${view.guard}">`}
${fields}
</form>`;

function askToMove(view: DecisionView): WayCard {
  const { ask } = view;
  if ('why' in ask) return { title: 'Asking to move is not possible', effect: ask.why, inside: titleForms(view) };
  return asking(view, ask, view);
}

/** `at`: the wanted time whose session would move, with what stands there. */
function asking(view: DecisionView, ask: AskView, at: { readonly wanted: Interval; readonly blockers: readonly BlockerView[] }): WayCard {
  const { name } = ask;
  const rest = at.blockers.filter((blocker) => blocker.key !== ask.key && blocker.kind !== 'promised');
  return {
    title: askTitle(name),
    effect: timesEffect(ask, view.zone),
    inside: html`${timesTo(name, ask, view.zone, html`The session stays where it is until ${name} has chosen. Then it moves, and ${view.incoming.name} gets ${at.wanted === view.wanted ? 'this time' : unbroken(spanInWords(at.wanted, view.zone))}.</p>
<p>If ${name} says no or does not answer, nothing changes for them, and ${view.offersAfterNo ? `${view.incoming.name} is offered other times` : 'the request is back with you'}. They do not learn who asks.`)}
${ask.unnamedKey === null && askedBefore(name, ask.asksLately, ask.asksDays)}
${form(view, html`<input type="hidden" name="about" value="${ask.key}"><input type="hidden" name="wanted" value="${startValue(at.wanted)}">${ask.unnamedKey === null ? ask.email === null && addressField(name) : whoIsIt(name, ask.email)}
${restField(name, rest, view.zone)}
<div class="stack">${askButton(name, 'option2')}
${ask.email === null && html`<button name="do" value="pass-on" formnovalidate>No address? Ask without a mail, and pass the link on yourself</button>`}
${ask.unnamedKey !== null && html`<button class="quiet" name="do" value="not-a-client" formnovalidate>“${name}” is not a client: never ask</button>`}</div>`)}`,
  };
}

const whoIsIt = (title: string, email: string | null): Html => html`<fieldset><legend>Who is “${title}”?</legend>
<p class="soft small">The event has no guest. Say it once; Makeway remembers it for the whole series.</p>
<label class="field">Name <input type="text" name="client_name" value="${withoutTime(title)}" autocomplete="off" maxlength="100" required></label>
<label class="field">E-mail address <input type="email" name="address" value="${email ?? ''}" autocomplete="off" required></label></fieldset>`;

/** "Dana 13h" is Dana: a first guess, which the coach sees and may change. */
const withoutTime = (title: string): string => title.replace(/[\s,:–-]*\b\d{1,2}([:.]\d{2})?\s*(h|uhr|am|pm)?$/iu, '').trim() || title;

/** Where nobody can be asked yet, a title without a client can still be named, or set aside for good. */
function titleForms(view: DecisionView): Html | null {
  const unnamed = view.blockers.filter((blocker) => blocker.kind === 'unnamed');
  return unnamed.length === 0 ? null : html`${unnamed.map((blocker) => form(view, html`<input type="hidden" name="about" value="${blocker.key}"><p>“${blocker.title}” has no client yet.</p>
<button class="quiet" name="do" value="not-a-client">“${blocker.title}” is not a client: never ask</button>`))}`;
}

function offerOthers(view: DecisionView): WayCard {
  const who = view.incoming.name;
  if (view.otherSlots.length === 0) {
    return { title: `Offering ${who} other times is not possible`, effect: 'No other time is free within your booking rules. You can still book by hand.', inside: null };
  }
  const times = { slots: view.otherSlots, answer: view.offerAnswer };
  return {
    title: `Offer ${who} other times`,
    effect: timesEffect(times, view.zone),
    inside: html`${timesTo(who, times, view.zone, html`Your calendar stays as it is; a session exists only when ${who} has picked one. Without an answer the request is back with you. Nobody else gets a mail.`)}
${form(view, html`<button class="primary" name="do" value="option1">Offer ${who} other times: ${SEND}</button>`)}`,
  };
}

function decline(view: DecisionView): WayCard {
  const who = view.incoming.name;
  return {
    title: 'Decline',
    effect: `${who} gets a short, friendly no`,
    inside: html`<p>${who} gets a short, friendly mail that there is no session to offer at that time, without a reason. Your calendar stays as it is. This ends the request.</p>
${form(view, html`<button class="primary" name="do" value="decline">Decline: send ${who} a friendly no</button>`)}`,
  };
}

function byHand(view: DecisionView): WayCard {
  const who = view.incoming.name;
  const [first] = view.manual;
  const wantedIsFree = first !== undefined && first.start === view.wanted.start;
  return {
    title: 'Book by hand',
    effect: wantedIsFree ? `The wanted time is free` : `Put ${who} at a free time of your choice`,
    inside: html`<p>The session with ${who} is booked at once at the time you choose, and ${who} gets the invitation. A time that is not free is refused.</p>
${form(view, html`${view.manual.length > 0 && html`<label class="field">A free time <span>in ${zoneInWords(view.zone)}</span>
<select name="start"><option value="">Please choose</option>${groupByDay(view.manual, (time) => time, view.zone).map(({ day, items }) =>
  html`<optgroup label="${day}">${items.map((time) => html`<option value="${startValue(time)}"${wantedIsFree && time.start === view.wanted.start && html` selected`}>${optionText(time, view)}</option>`)}</optgroup>`)}</select></label>`}
<label class="field">${view.manual.length > 0 ? 'Or another start' : 'Start'} <span>in ${zoneInWords(view.zone)}${view.manual.length > 0 && '; if you fill this in, it counts'}</span>
<input type="datetime-local" name="start_local" step="300"${view.manual.length === 0 && html` required`}></label>
<button class="primary" name="do" value="manual">Book ${who} at this time</button>`)}`,
  };
}

const optionText = (time: Interval, view: DecisionView): string =>
  `${spanInWords(time, view.zone)}${time.start === view.wanted.start ? ', as wanted' : ''}`;
