import { html } from '../../kernel/html.js';
import { intervalFrom, MINUTE, type Instant, type Interval } from '../../kernel/interval.js';
import { dayInWords } from '../../kernel/zone.js';
import { spanInWords } from '../../mail/letter-times.js';
import { coachLayout, guardField, toldBox, type Told } from './coach-layout.js';
import { timeList, unbroken, zoneOver } from './pieces.js';
import { zoneOptions } from './zone-choice.js';

/** One client. `typed`: what was typed and refused. */
export interface ClientView {
  readonly guard: string; readonly zone: string; readonly id: string; readonly told: Told;
  readonly name: string; readonly email: string | null; readonly clientZone: string | null; readonly isMuted: boolean; readonly askedAt: Instant | null;
  readonly toCome: readonly Interval[]; readonly titles: readonly string[];
  readonly requests: readonly { readonly id: string; readonly sessionType: string; readonly wantedAt: Instant; readonly lengthMinutes: number; readonly state: string }[];
  readonly typed: { readonly name: string; readonly email: string; readonly zone: string; readonly isMuted: boolean } | null;
}
const STATE: Readonly<Record<string, string>> = { pending_resolution: 'open', booking: 'being booked', booked: 'booked', declined: 'declined', expired: 'the time has passed', withdrawn: 'withdrawn' };

export function clientPage(view: ClientView): string {
  const field = view.typed ?? { name: view.name, email: view.email ?? '', zone: view.clientZone ?? '', isMuted: view.isMuted };
  return coachLayout(view.name, { page: '/clients', guard: view.guard, isOn: false }, html`<p><a href="/clients">All clients</a></p>
<h1>${view.name}</h1>
${toldBox(view.told)}
<section class="card" aria-labelledby="next"><h2 id="next">Sessions to come${view.toCome.length > 0 && html` ${zoneOver(view.zone)}`}</h2>
${view.toCome.length === 0 ? html`<p class="soft">None in sight.</p>` : html`${timeList(view.toCome.slice(0, 8), view.zone)}${view.toCome.length > 8 && html`<p class="soft small">And ${view.toCome.length - 8} more.</p>`}`}
${view.askedAt !== null && html`<p class="small">Last asked to move on ${dayInWords(view.askedAt, view.zone)}.</p>`}
${view.titles.length > 0 && html`<p class="small">Found by the ${view.titles.length === 1 ? 'title' : 'titles'} ${view.titles.map((t) => `“${t}”`).join(', ')}.</p>`}</section>
<section class="card" aria-labelledby="about"><h2 id="about">What is kept</h2>
<form method="post" action="/clients/${view.id}">${guardField(view.guard)}
<label class="field" for="name">Name<input type="text" id="name" name="name" value="${field.name}" maxlength="200" autocomplete="off" required></label>
<label class="field" for="email">E-mail address<input type="text" id="email" name="email" value="${field.email}" maxlength="254" inputmode="email" autocomplete="off" aria-describedby="email-hint"><span class="hint" id="email-hint">Mails of Makeway go there. Invitations in your calendar keep the address that stands in them.</span></label>
<label class="field" for="zone">Time zone<select id="zone" name="zone" aria-describedby="zone-hint"><option value="">Not known: yours is used</option>${zoneOptions(field.zone || null)}</select><span class="hint" id="zone-hint">Times in their mails are written in it.</span></label>
<label class="tick" for="muted"><input type="checkbox" id="muted" name="muted" value="1"${field.isMuted && html` checked`}><span>Do not ask them to move</span></label>
<div class="actions"><button class="primary">Save</button></div></form></section>
${view.requests.length > 0 && html`<section class="card" aria-labelledby="requests"><h2 id="requests">Requests</h2><ul class="rows">${view.requests.map((r) => html`<li><a href="/pending/${r.id}"><strong>${r.sessionType}</strong><span>${unbroken(spanInWords(intervalFrom(r.wantedAt, r.lengthMinutes * MINUTE), view.zone))}</span><span class="soft small"><br>${STATE[r.state] ?? r.state}</span></a></li>`)}</ul></section>`}
<section class="card" aria-labelledby="data"><h2 id="data">Their data</h2>
<p>Everything that Makeway keeps about them, as a file: who they are, requests, sessions, offers, mails and what was done. No other client is in it.</p>
<p class="actions"><a class="button" href="/clients/${view.id}/export" download>Download</a><a class="button danger" href="/clients/${view.id}/erase">Erase …</a></p></section>`);
}

/** Asks once more before a client is erased. `why`: it cannot be done now. */
export const erasePage = (view: { readonly guard: string; readonly id: string; readonly name: string; readonly why: string | null; readonly sessions: number }): string =>
  coachLayout('Erase a client', { page: '/clients', guard: view.guard, isOn: false }, html`<article class="card"><h1>Erase ${view.name}?</h1>
${view.why !== null ? html`<p class="fault" role="alert">Not now. ${view.why}</p>` : html`<p>Their name, address and time zone are deleted here for good, and so are the titles that you gave them. What was done stays in the history without their name. This cannot be undone.</p>`}
<p class="note">Your calendar in Google stays as it is.${view.sessions > 0 && ` ${view.sessions === 1 ? 'A session of theirs stands' : `${view.sessions} sessions of theirs stand`} there; as long as they are a guest or a title names them, Makeway finds them again from there. To end that, delete the sessions in Google first.`}</p>
${view.why === null && html`<form method="post" action="/clients/${view.id}/erase">${guardField(view.guard)}<button class="danger">Erase ${view.name} for good</button></form>`}
<p><a class="button" href="/clients/${view.id}">${view.why === null ? 'No, keep them' : 'Back'}</a></p></article>`, { isWide: false });
