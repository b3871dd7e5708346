import { html, type Html } from '../../kernel/html.js';
import type { Instant, Interval } from '../../kernel/interval.js';
import { dayInWords } from '../../kernel/zone.js';
import { spanInWords } from '../../mail/letter-times.js';
import { coachLayout, guardField, toldBox, type Told } from './coach-layout.js';
import { unbroken } from './pieces.js';

export interface ClientRow { readonly id: string; readonly name: string; readonly email: string | null; readonly next: Interval | null; readonly askedAt: Instant | null; readonly isMuted: boolean; readonly open: number }
export interface ClientsView {
  readonly guard: string; readonly zone: string; readonly told: Told; readonly clients: readonly ClientRow[];
  readonly found: readonly { readonly email: string; readonly name: string; readonly next: Interval; readonly count: number }[];
  readonly unnamed: readonly { readonly key: string; readonly title: string; readonly next: Interval; readonly count: number }[];
  readonly named: readonly { readonly key: string; readonly clientId: string | null; readonly name: string | null }[];
}

/** Everybody who comes to the coach, and the titles that may be somebody. */
export const clientsPage = (view: ClientsView): string => coachLayout('Clients', { page: '/clients', guard: view.guard }, html`<h1>Your clients</h1>
${toldBox(view.told)}
<p class="lead">Makeway finds them in your calendar. You need not enter anybody.</p>
${view.unnamed.length > 0 && html`<section class="card" aria-labelledby="who">
<h2 id="who">Who is this?<span class="badge">${view.unnamed.length}</span></h2>
<p>These stand in your calendar without a guest. If one is a client’s, say whose; then they can be asked when somebody wants that time. You can leave it: then it is plain busy time, and you are asked when it matters.</p>
${view.unnamed.map((title, i) => naming(title, i, view))}</section>`}
<section class="card" aria-labelledby="all"><h2 id="all">Clients</h2>
${view.clients.length === 0 ? html`<p class="soft">Nobody is written down yet. Who asks for a time, or is asked to move, appears here.</p>` : html`<ul class="rows">${view.clients.map((c) => html`<li><a href="/clients/${c.id}"><strong>${c.name}</strong>
<span class="soft small">${c.email ?? 'no address'}${c.isMuted && ' · not to be asked'}${c.open > 0 && ` · ${c.open === 1 ? 'a request is open' : `${c.open} requests are open`}`}</span>
<span class="small"><br>${c.next ? html`Next: ${unbroken(spanInWords(c.next, view.zone))}` : 'No session to come'}${c.askedAt !== null && html` · last asked to move on ${unbroken(dayInWords(c.askedAt, view.zone))}`}</span></a></li>`)}</ul>`}</section>
${view.found.length > 0 && html`<section class="card" aria-labelledby="found"><h2 id="found">Also in your calendar</h2>
<p class="soft small">Guests of sessions to come. Nothing is kept about them beyond the calendar until it is needed. Write one down to set a name, a zone, or that they are not to be asked.</p>
<ul class="log">${view.found.map((f) => html`<li class="one-line"><div><strong>${f.name}</strong>${f.name !== f.email && html`<br><span class="soft small">${f.email}</span>`}<br><span class="small">Next: ${unbroken(spanInWords(f.next, view.zone))}${f.count > 1 && `, and ${f.count - 1} more`}</span></div>
<form method="post" action="/clients/keep">${guardField(view.guard)}<input type="hidden" name="email" value="${f.email}"><button class="quiet">Write down<span class="unseen"> ${f.name}</span></button></form></li>`)}</ul></section>`}
${view.named.length > 0 && html`<section class="card" aria-labelledby="titles"><h2 id="titles">Titles that you have named</h2>
<ul class="log">${view.named.map((t) => html`<li class="one-line"><div><strong>“${t.key}”</strong><br><span class="small">${t.name === null ? 'not a client' : `is ${t.name}`}</span></div>
<form method="post" action="/clients/titles">${guardField(view.guard)}<input type="hidden" name="key" value="${t.key}"><button class="quiet" name="who" value="forget">Take back<span class="unseen"> “${t.key}”</span></button></form></li>`)}</ul></section>`}`);

function naming(title: ClientsView['unnamed'][number], i: number, view: ClientsView): Html {
  return html`<details class="plain"><summary>“${title.title}” <span class="soft small">${unbroken(spanInWords(title.next, view.zone))}${title.count > 1 && `, and ${title.count - 1} more`}</span></summary>
<form method="post" action="/clients/titles">${guardField(view.guard)}<input type="hidden" name="key" value="${title.key}">
<div class="pair">${view.clients.length > 0 && html`<label class="field" for="who-${i}">One of your clients<select id="who-${i}" name="client"><option value="">Somebody else</option>${view.clients.map((c) => html`<option value="${c.id}">${c.name}${c.email !== null && ` (${c.email})`}</option>`)}</select></label>`}
<label class="field" for="name-${i}">Or somebody new: name<input type="text" id="name-${i}" name="name" maxlength="200" autocomplete="off"></label>
<label class="field" for="email-${i}">E-mail address, if you have it<input type="email" id="email-${i}" name="email" maxlength="254" autocomplete="off"></label></div>
<div class="actions"><button class="primary" name="who" value="client">This is their title<span class="unseen">: “${title.title}”</span></button><button class="quiet" name="who" value="nobody">Not a client<span class="unseen">: “${title.title}”</span></button></div></form></details>`;
}
