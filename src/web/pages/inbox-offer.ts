import { html, type Html } from '../../kernel/html.js';

/** How it stands with the coach's requests calendar. `can`: Makeway may make one at once; `ask`: Google has to be asked first. */
export type InboxOffer = { readonly is: 'there' | 'making' | 'can' } | { readonly is: 'ask'; readonly start: string };

/** Offers a calendar for requests: a link where Google has to be asked, as `form-action 'self'` forbids a form's way there. */
export const inboxOffer = (offer: InboxOffer, guard: string): Html => html`<section class="card">
<h2>A calendar for requests</h2>
${offer.is === 'there' ? html`<p>Put an event on your requests calendar, with the client’s e-mail address in its title, at the time they want. It is booked if the time is free; if not, you decide, and the event shows how it stands.</p>`
    : html`<p>If you like, Makeway adds a calendar called <strong>Requests (Makeway)</strong> to yours. Somebody asks you for a time? Drop an event there, with their e-mail address in its title. It is booked if the time is free; if not, you decide. Events there take none of your time.</p>`}
${offer.is === 'making' && html`<p class="note" role="status">The calendar is being made. <a href="/connect">Look again</a></p>`}
${offer.is === 'can' && html`<form method="post" action="/connect/calendar"><input type="hidden" name="guard" value="${guard}"><button>Add the calendar</button></form>`}
${offer.is === 'ask' && html`<p><a class="button" href="${offer.start}">Add the calendar</a></p><p class="soft small">Google asks you once more, since Makeway needs leave to make a calendar of its own.</p>`}
</section>`;

/** Beside the way to connect: the same, with the calendar. */
export const inboxChoice = (start: string): Html => html`<p><a class="button" href="${start}">Continue, and add a calendar for requests</a></p>
<p class="soft small">That calendar is called “Requests (Makeway)”: drop an event there when somebody asks you for a time, and Makeway takes it from there. You can add it later, too.</p>`;
