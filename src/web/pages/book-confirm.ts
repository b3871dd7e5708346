import { html, type Html } from '../../kernel/html.js';
import type { ConfirmView } from './book-views.js';
import { layout } from './layout.js';
import { timePanel } from './pieces.js';

/** Behind the link that was mailed to a visitor: what will be asked, and one button. Looking confirms nothing. */
export function bookConfirmPage(view: ConfirmView): string {
  switch (view.state) {
    case 'open': return page('Is this what you want?', html`${times(view)}
<p>For ${view.email}. If ${view.wanted.length > 1 ? 'one of these times' : 'the time'} is free when you press the button, it is booked at once, and the invitation comes by mail. If not, ${view.coachName} looks at what can be done.</p>
<form method="post" action="${view.action}"><input type="hidden" name="confirm" value="1">
<div class="stack"><button class="primary">Yes, that is what I want</button></div></form>
<p class="soft small">If it was not you, just close this page. Nothing is booked, and nobody is told.</p>`);
    case 'already-yours': return page('You already have this time', html`${times(view)}
<p>It is in your calendar with ${view.coachName}, and nothing has changed.</p>${again(view)}`, ' tone-good');
    case 'too-late': return page('This link has ended', html`<p>It was good for a day, or the times have passed. Nothing was booked, and nobody was told.</p>${again(view)}`);
  }
}

const page = (title: string, body: Html, tone = ''): string => layout(title, html`<article class="card${tone}">
<h1>${title}</h1>
${body}
</article>`);
const times = (view: ConfirmView): Html => html`${view.wanted.map((time, i) => timePanel(i === 0 ? `${view.sessionType} with ${view.coachName}` : 'This would do as well', time, view.zone, view.coachZone))}`;
const again = (view: ConfirmView): Html => html`<p><a class="button" href="${view.bookPath}">Choose another time</a></p>`;
