import { html, type Html } from '../../kernel/html.js';
import type { Interval } from '../../kernel/interval.js';
import { spanInWords } from '../../mail/letter-times.js';
import { addressField, askButton, askedBefore, askTitle, restField, timesEffect, timesTo, wayCard, type Rest, type Times } from './asking.js';
import { coachLayout, guardField } from './coach-layout.js';
import { timePanel, unbroken } from './pieces.js';

export interface OverlapRow { readonly id: string; readonly isInvitation: boolean; readonly one: string; readonly other: string; readonly interval: Interval; /** Somebody is being asked, or why that came to nothing. */ readonly standing: string | null }
export interface OverlapsView { readonly zone: string; readonly guard: string; readonly rows: readonly OverlapRow[] }

/** What stands on top of each other in the coach's calendar. A row leads to `/overlaps/<id>`. */
export const overlapsPage = (view: OverlapsView): string => coachLayout('Overlaps', { page: '/overlaps', guard: view.guard }, html`<h1>Overlaps in your calendar</h1>
<section class="card">
${view.rows.length === 0 ? html`<p class="soft">Nothing stands on top of each other. If two sessions ever do, or somebody invites you over one, you find it here.</p>`
    : html`<ul class="rows">${view.rows.map((row) => html`<li><a href="/overlaps/${encodeURIComponent(row.id)}">
<strong>${row.one} <span class="soft">and</span> ${row.other}</strong>
<span>${unbroken(spanInWords(row.interval, view.zone))}</span>
${(row.standing !== null || row.isInvitation) && html`<span class="soft small"><br>${row.standing ?? 'An invitation that you have not answered.'}</span>`}
</a></li>`)}</ul>`}
</section>`);

/** One of the two that could move: who would be asked, with what; or why that is not possible. */
export interface MoveView {
  readonly about: string; readonly title: string; readonly interval: Interval;
  readonly ask: (Times & { readonly name: string; readonly email: string | null; readonly asksLately: number; readonly asksDays: number; readonly rest: readonly Rest[] }) | { readonly why: string };
}
export interface OverlapView {
  readonly id: string; readonly zone: string; readonly guard: string; readonly isInvitation: boolean; readonly interval: Interval;
  /** An invitation cannot be moved by us: it stands in `stays`, and one can move. */
  readonly stays: string | null; readonly moves: readonly MoveView[];
  /** How the attempt to settle it stands, if there is one. */ readonly asking: string | null; readonly cameBack: string | null; readonly fault: string | null;
}

/** Two things at one time, and what can be done. Each way is a form of its own that says what it does. */
export function overlapPage(view: OverlapView): string {
  const titles = [...(view.stays === null ? [] : [view.stays]), ...view.moves.map((m) => m.title)];
  return coachLayout('Overlap', { page: '/overlaps', guard: view.guard, isOn: false }, html`<article class="card">
<h1>${titles.join(' and ')}</h1>
${timePanel('Both stand at', view.interval, view.zone, view.zone)}
${view.fault !== null && html`<p class="fault" role="alert">${view.fault}</p>`}
${view.cameBack !== null && html`<p class="note">${view.cameBack}</p>`}
${view.isInvitation && html`<p>You have not answered this invitation. When the time is yours, Makeway accepts it for you. To turn it down, answer it in Google Calendar.</p>`}
${view.asking !== null && html`<p class="note" role="status">${unbroken(view.asking)}</p>`}
<p><a href="/overlaps">All overlaps</a></p>
</article>
${view.asking !== null ? html`<section class="card"><h2>Stop asking</h2><p>The client hears that there is nothing to do any more. Both stay where they are.</p>${form(view, html`<button name="do" value="stop">Stop asking</button>`)}</section>` : html`<p class="or">Nothing happens before you press a button.</p>${view.moves.map((move, i) => moving(view, move, i === 0))}
${wayCard({ title: 'Leave both', effect: 'Nothing changes, and this is not mentioned again', inside: html`<p>Both stay where they are. Nobody gets a mail.</p>${form(view, html`<button class="primary" name="do" value="leave">Leave both as they are</button>`)}` })}`}`, { isWide: false });
}

const form = (view: OverlapView, fields: Html): Html =>
  html`<form method="post" action="/overlaps/${view.id}">${guardField(view.guard)}${fields}</form>`;

function moving(view: OverlapView, { about, title, ask }: MoveView, isOpen: boolean): Html {
  if ('why' in ask) return wayCard({ title: `“${title}” cannot be asked to move`, effect: ask.why, inside: null });
  const { name } = ask;
  return wayCard({ title: askTitle(name), effect: timesEffect(ask, view.zone), inside: html`${timesTo(name, ask, view.zone, html`The session stays where it is until ${name} has chosen. The other one stays in any case. If ${name} says no or does not answer, nothing changes, and you find both here again.`)}
${askedBefore(name, ask.asksLately, ask.asksDays)}
${form(view, html`<input type="hidden" name="about" value="${about}">
${ask.email === null && addressField(name)}
${restField(name, ask.rest, view.zone)}
${askButton(name, 'ask')}`)}` }, { isOpen });
}
