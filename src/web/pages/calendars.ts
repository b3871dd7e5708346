import { html, type Html } from '../../kernel/html.js';
import type { Instant } from '../../kernel/interval.js';
import { momentInWords, zoneInWords } from '../../kernel/zone.js';
import { isMirrored, type Role } from '../../mirror/access-role.js';
import { coachLayout, guardField, toldBox, type Told } from './coach-layout.js';
import { unbroken } from './pieces.js';

/** One calendar of a coach, as Google shares it and as it is used here. */
export interface CalendarView {
  readonly id: string; readonly title: string; readonly zone: string; readonly role: Role;
  /** The roles that its sharing allows. */
  readonly may: readonly Role[];
  readonly isPrimary: boolean; readonly canWrite: boolean; readonly isBusyOnly: boolean;
  readonly frozen: { readonly since: Instant; readonly why: string } | null;
  /** Mirrored, and not yet read in full. */
  readonly isUnread: boolean;
  readonly isOffTheList: boolean;
  /** What it was before Google said that it is gone. */
  readonly was: Role | null;
}
export interface CalendarsView { readonly guard: string; readonly zone: string; readonly isConnected: boolean; readonly calendars: readonly CalendarView[]; readonly told: Told }

/** What each role means, in a sentence for the coach. */
export const ROLE_IN_WORDS: Readonly<Record<Role, { readonly name: string; readonly means: string }>> = {
  sessions: { name: 'Sessions', means: 'Your sessions with clients stand here, and new ones are written here. Everything on it takes your time.' },
  busy: { name: 'Busy', means: 'Its events take your time. Makeway keeps when they are, and nothing of what they are about.' },
  hours: { name: 'Working hours', means: 'Its events are the times at which you work, whether they are marked busy or free. Nothing is offered outside them. All-day events on it open nothing.' },
  requests: { name: 'Requests', means: 'Your inbox: what you put here is a client’s wish for a time.' },
  ignored: { name: 'Ignored', means: 'Makeway does not look at it. Its events do not take your time.' },
};

export const calendarsPage = (view: CalendarsView): string => coachLayout('Calendars', { page: '/calendars', guard: view.guard }, html`<h1>Your calendars</h1>
${toldBox(view.told)}
<p class="lead">What each of your Google calendars is for. You can leave all of this as it is.</p>
${!view.isConnected && html`<p class="note">Your Google Calendar is not connected. <a href="/connect">Connect it</a></p>`}
${view.isConnected && view.calendars.length === 0 && html`<p class="note">Your calendars are being read. Look again in a minute.</p>`}
${view.isConnected && view.calendars.length > 0 && !view.calendars.some((c) => c.role === 'sessions' && c.canWrite) && html`<p class="fault">No calendar can hold sessions, so nothing can be booked. Give one that you can write the role “Sessions”.</p>`}
${view.calendars.map((c) => card(c, view.guard, view.zone))}
${view.calendars.length > 0 && html`<details class="card"><summary><h2>What the roles mean</h2></summary><div class="inside"><dl class="asks">${Object.values(ROLE_IN_WORDS).map((role) => html`<dt>${role.name}</dt><dd>${role.means}</dd>`)}</dl></div></details>`}`);

const card = (c: CalendarView, guard: string, zone: string): Html => html`<section class="card" aria-labelledby="name-${c.id}">
<h2 id="name-${c.id}">${c.title}</h2>
<p>${c.isPrimary && html`<span class="tag">main calendar</span>`}<span class="tag">${zoneInWords(c.zone)}</span><span class="tag">${c.isBusyOnly ? 'only busy times can be seen' : c.canWrite ? 'can be written' : 'can be read only'}</span>${c.frozen && html`<span class="tag bad">not trusted now</span>`}${c.was && html`<span class="tag bad">gone</span>`}</p>
${c.was ? html`<p>Google says that this calendar is gone. Its role was “${ROLE_IN_WORDS[c.was].name}”. If it comes back, it gets that role back.</p>` : html`${state(c, zone)}
<p><strong>${ROLE_IN_WORDS[c.role].name}.</strong> ${ROLE_IN_WORDS[c.role].means}</p>
<form method="post" action="/calendars" class="one-line">${guardField(guard)}<input type="hidden" name="calendar" value="${c.id}">
<label class="field" for="role-${c.id}">Use it for<select id="role-${c.id}" name="role">${c.may.map((role) => html`<option value="${role}"${role === c.role && html` selected`}>${ROLE_IN_WORDS[role].name}</option>`)}</select></label>
<button>Change<span class="unseen"> what ${c.title} is for</span></button></form>`}
</section>`;

const state = (c: CalendarView, zone: string): Html => html`${c.frozen && html`<p class="note">Since ${unbroken(momentInWords(c.frozen.since, zone))} Makeway does not trust what it reads here: ${c.frozen.why}. Nothing is offered or booked until it can be read as before${isMirrored(c.role) && c.role !== 'hours' ? ', or until an operator confirms that the change is meant' : ''}.</p>`}
${c.isUnread && !c.frozen && html`<p class="note">It is being read now. Until that is done, nothing is offered or booked.</p>`}
${c.isOffTheList && html`<p class="facts">It is not on your list of calendars in Google any more, but can still be read.</p>`}`;
