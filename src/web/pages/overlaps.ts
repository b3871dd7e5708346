import { html, type Html } from '../../kernel/html.js';
import type { Instant, Interval } from '../../kernel/interval.js';
import { momentInWords } from '../../kernel/zone.js';
import { spanInWords, timesInWords } from '../../mail/letter-times.js';
import { coachLayout } from './coach-layout.js';
import { timeList } from './pieces.js';

export interface OverlapRow { readonly id: string; readonly isInvitation: boolean; readonly one: string; readonly other: string; readonly interval: Interval; /** Somebody is being asked, or why that came to nothing. */ readonly standing: string | null }
export interface OverlapsView { readonly guard: string; readonly zone: string; readonly rows: readonly OverlapRow[] }

/** What stands on top of each other in the coach's calendar. A row leads to `/overlaps/<id>`. */
export const overlapsPage = (view: OverlapsView): string => coachLayout('Overlaps', { page: '/overlaps', guard: view.guard }, html`<h1>Overlaps in your calendar</h1>
<section class="card">
${view.rows.length === 0 ? html`<p class="soft">Nothing stands on top of each other. If two sessions ever do, or somebody invites you over one, you find it here.</p>`
    : html`<ul class="rows">${view.rows.map((row) => html`<li><a href="/overlaps/${encodeURIComponent(row.id)}">
<strong>${row.one} <span class="soft">and</span> ${row.other}</strong>
<span>${spanInWords(row.interval, view.zone)}</span>
${(row.standing !== null || row.isInvitation) && html`<span class="soft small"><br>${row.standing ?? 'An invitation that you have not answered.'}</span>`}
</a></li>`)}</ul>`}
</section>`);

/** One of the two that could move: who would be asked, with what; or why that is not possible. */
export interface MoveView {
  readonly about: string; readonly title: string; readonly interval: Interval;
  readonly ask: { readonly name: string; readonly email: string | null; readonly slots: readonly Interval[]; readonly until: Instant; readonly asksLately: number; readonly ticks: readonly { readonly key: string; readonly title: string }[] } | { readonly why: string };
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
<p class="when"><span class="label">Both stand at</span><strong>${spanInWords(view.interval, view.zone)}</strong></p>
${view.fault !== null && html`<p class="fault" role="alert">${view.fault}</p>`}
${view.cameBack !== null && html`<p class="note">${view.cameBack}</p>`}
${view.isInvitation && html`<p>You have not answered this invitation. When the time is yours, Makeway accepts it for you. To turn it down, answer it in Google Calendar.</p>`}
${view.asking !== null && html`<p class="note" role="status">${view.asking}</p>`}
<p><a href="/overlaps">All overlaps</a></p>
</article>
${view.asking !== null ? html`<section class="card"><h2>Stop asking</h2><p>The client hears that there is nothing to do any more. Both stay where they are.</p>${form(view, html`<button name="do" value="stop">Stop asking</button>`)}</section>` : html`<p class="or">Nothing happens before you press a button.</p>${view.moves.map((move, i) => moving(view, move, i === 0))}
<details class="card"><summary><div><h2>Leave both</h2><small>Nothing changes, and this is not mentioned again</small></div></summary>
<div class="inside"><p>Both stay where they are. Nobody gets a mail.</p>${form(view, html`<button class="primary" name="do" value="leave">Leave both as they are</button>`)}</div></details>`}`, { isWide: false });
}

const form = (view: OverlapView, fields: Html): Html =>
  html`<form method="post" action="/overlaps/${view.id}"><input type="hidden" name="guard" value="${view.guard}">${fields}</form>`;

function moving(view: OverlapView, { about, title, ask }: MoveView, isOpen: boolean): Html {
  if ('why' in ask) return html`<details class="card"><summary><div><h2>“${title}” cannot be asked to move</h2><small>${ask.why}</small></div></summary><div class="inside"><p class="soft">${ask.why}</p></div></details>`;
  const { name } = ask;
  return html`<details class="card"${isOpen && html` open`}><summary><div><h2>Ask ${name} to move</h2><small>${timesInWords(ask.slots.length)} to offer, until ${momentInWords(ask.until, view.zone)}</small></div></summary>
<div class="inside"><p>${name} gets a mail with ${ask.slots.length === 1 ? 'this time' : `these ${timesInWords(ask.slots.length)}`} to choose from:</p>
${timeList(ask.slots, view.zone)}
<p>The session stays where it is until ${name} has chosen. The other one stays in any case. If ${name} says no or does not answer, nothing changes, and you find both here again.${ask.asksLately > 0 && ` ${name} was asked ${ask.asksLately === 1 ? 'once' : `${String(ask.asksLately)} times`} lately.`}</p>
${form(view, html`<input type="hidden" name="about" value="${about}">
${ask.email === null && html`<label class="field">E-mail address of ${name}<span>It is missing in your calendar. Makeway remembers it.</span><input type="email" name="address" autocomplete="off" required></label>`}
${ask.ticks.map((tick) => html`<label class="tick"><input type="checkbox" name="tick" value="${tick.key}" required><span>${tick.title || 'Busy'} stands there too, and does not matter here</span></label>`)}
<button class="primary" name="do" value="ask">Ask ${name} to move: send the mail</button>`)}</div></details>`;
}
