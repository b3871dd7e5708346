import { html, type Html } from '../../kernel/html.js';
import { momentInWords } from '../../kernel/zone.js';
import type { ConnectView, Connection } from '../views.js';
import { coachLayout } from './coach-layout.js';
import { inboxChoice, inboxOffer } from './inbox-offer.js';
import { layout } from './layout.js';
import { unbroken } from './pieces.js';

/** Says what Makeway asks Google for, and why; how the connection stands, to a coach who is signed in; and lets them leave.
 *  The way to Google is a plain link, because `form-action 'self'` would also forbid a form's redirect there. */
export function connectPage(view: ConnectView): string {
  const { coach, connection } = view;
  const isConnected = connection?.is === 'connected';
  const isWanted = !isConnected && connection?.is !== 'leaving';
  const body = html`<article class="card${isConnected && ' tone-good'}">
<h1>${TITLE[connection?.is ?? 'none']}</h1>
${coach && connection && standing(connection, coach.zone)}
${isConnected && html`<p><a class="button primary" href="/pending">To the requests</a></p>`}
${(connection === null || connection.is === 'none') && html`<p>Makeway keeps double bookings apart. For that it has to see when you are busy, and to write the sessions that you agreed to.</p>`}
${isWanted && way(view.start, connection?.is === 'broken' ? 'Connect again' : 'Continue with Google', connection?.is === 'broken' ? null : view.inboxStart ?? null)}
</article>
${isWanted && asked()}
${coach && isConnected && view.inbox && inboxOffer(view.inbox, coach.guard)}
${coach && (connection?.is === 'connected' || connection?.is === 'broken') && leaving(coach.guard, view.start, isConnected)}`;
  return coach ? coachLayout('Connection', { page: '/connect', guard: coach.guard }, body, { isWide: false }) : layout('Connect your calendar', body);
}

const TITLE = { connected: 'Your calendar is connected', broken: 'Connect your calendar again', leaving: 'Your calendar is disconnected', none: 'Connect your Google Calendar' } as const;

function standing(connection: Connection, zone: string): Html {
  switch (connection.is) {
    case 'connected': return html`<p>Makeway works with the calendar of <strong>${connection.account}</strong>.</p>`;
    case 'broken': return html`<p class="fault" role="alert">Google no longer lets Makeway see the calendar of ${connection.account}${connection.since !== null && html`, since ${unbroken(momentInWords(connection.since, zone))}`}. ${waiting(connection.open)}</p>`;
    case 'leaving': return html`<p class="note">What Makeway knew of it is being forgotten. This takes a minute; then you can connect again.</p><p><a class="button" href="/connect">Look again</a></p>`;
    case 'none': return connection.wasNotReached ? html`<p class="note">Your calendar is not connected, and what Makeway knew of it is forgotten. Google could not be told: remove Makeway under <a href="https://myaccount.google.com/connections">your Google account’s connections</a>.</p>`
      : html`<p class="note">No calendar is connected. Nothing is booked or moved.</p>`;
  }
}
const waiting = (open: number): string => (open === 0 ? 'Nothing is lost; it goes on when you connect again.' : open === 1 ? 'One open request waits for it; nothing is lost.' : `${open} open requests wait for it; nothing is lost.`);

const way = (start: string, text: string, inboxStart: string | null): Html => html`<p><a class="button primary" href="${start}">${text}</a></p>
${inboxStart !== null && inboxChoice(inboxStart)}
<p class="soft small">Google asks you for each point below. Leave every box ticked. You can take it all back at any time.</p>`;

/** What is asked for, in the order of Google's own page. */
const asked = (): Html => html`<section class="card">
<h2>What Makeway asks for</h2>
<dl class="asks">
<dt>Your address</dt><dd>To know that it is you, and which account is connected.</dd>
<dt>The list of your calendars</dt><dd>To see all that takes your time, not your main calendar alone. Of your other calendars only times are kept, no titles.</dd>
<dt>See and change events</dt><dd>To see what is taken, to write a session that you agreed to, and to move one if its client says yes. It deletes none of your events, except on a requests calendar: there an event goes once its request is settled.</dd>
</dl>
<p class="soft small">Nothing else: no mail, no contacts, no files. Your data serves your bookings only. It is not sold, not shown to others, and trains no model.</p>
</section>`;

const leaving = (guard: string, start: string, isConnected: boolean): Html => html`<details class="card">
<summary><h2>Disconnect${isConnected && ', or connect again'}</h2></summary>
<div class="inside">
${isConnected && html`<p>Connecting again changes nothing here, and mends a permission that lacks something. <a href="${start}">Connect again</a></p>`}
<p>When you disconnect, Makeway gives the permission back to Google and forgets the copy of your calendar. Your events stay as they are. Open questions to clients end, and they are told; open requests stay on your list.</p>
<form method="post" action="/disconnect"><input type="hidden" name="guard" value="${guard}"><button>Disconnect my calendar</button></form>
</div>
</details>`;
