import { html, type Html } from '../../kernel/html.js';
import { spanInWords } from '../../mail/letter-times.js';
import type { PendingRow, PendingView } from '../views.js';
import { coachLayout } from './coach-layout.js';
import { unbroken } from './pieces.js';

/** All requests of one coach. A row leads to `/pending/<request id>`; *Sign out* posts `guard` to `/sign-out`. */
export function pendingPage(view: PendingView): string {
  const waiting = view.rows.filter((row) => row.needsYou);
  const running = view.rows.filter((row) => !row.needsYou);
  return coachLayout('Requests', { page: '/pending', guard: view.guard }, html`<h1>Requests to ${view.coachName}</h1>
${view.google === 'broken' && html`<p class="fault" role="alert">Google no longer lets Makeway see your calendar, so nothing can be moved or booked. <a href="/connect">Connect it again</a></p>`}
${view.google === 'none' && html`<p class="fault" role="alert">Your Google Calendar is not connected, so nothing can be moved or booked. <a href="/connect">Connect it</a></p>`}
${view.google === 'active' && html`<p class="soft small"><a href="/connect">Your calendar is connected</a></p>`}
${view.overlaps > 0 && html`<p class="note"><a href="/overlaps">${view.overlaps === 1 ? 'One time in your calendar is' : `${String(view.overlaps)} times in your calendar are`} taken twice</a></p>`}
${section('Waiting for you', waiting, view.zone, 'Nothing waits for you. New requests come by mail and appear here.')}
${running.length > 0 && section('On their way', running, view.zone, '')}
${view.settled.length > 0 && section('Settled', view.settled, view.zone, '')}`);
}

const section = (title: string, rows: readonly PendingRow[], zone: string, empty: string): Html => html`<section class="card">
<h2>${title}${rows.some((row) => row.needsYou) && html`<span class="badge">${rows.length}</span>`}</h2>
${rows.length === 0 ? html`<p class="soft">${empty}</p>` : html`<ul class="rows">${rows.map((row) => html`<li><a href="/pending/${encodeURIComponent(row.requestId)}">
<strong>${row.incomingName} <span class="turn${row.needsYou && ' yours'}">${row.turn}</span></strong>
<span>${unbroken(spanInWords(row.wanted, zone))}</span>
${row.standing !== null && html`<span class="soft small"><br>${unbroken(row.standing)}</span>`}
</a></li>`)}</ul>`}
</section>`;
