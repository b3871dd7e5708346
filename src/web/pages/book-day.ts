import { html, type Html } from '../../kernel/html.js';
import { atWallClock, dayInWords, zoneInWords } from '../../kernel/zone.js';
import { aboutKind, pathTo, timeLinks, zoneOf } from './book-pieces.js';
import type { DayView } from './book-views.js';
import { layout } from './layout.js';

const inWords = (date: string): string => dayInWords(atWallClock(date, '12:00', 'UTC'), 'UTC');

/** One day of a booking page: the free times, and below them the others, all alike, to be asked for. */
export function bookDayPage(view: DayView): string {
  const title = inWords(view.day);
  const free = view.times.filter((time) => time.isFree);
  const others = view.times.filter((time) => !time.isFree);
  const zone = html`<span class="soft together">(${zoneInWords(view.zone)})</span>`;
  return layout(`${title} with ${view.coachName}`, html`<article class="card">
<h1>${title}</h1>
<p class="soft">${aboutKind(view)}, with ${view.coachName}</p>
<nav class="pager" aria-label="Days">
${turn(view, view.before, 'before')}
<a href="${pathTo(view, { month: view.day.slice(0, 7) })}">All days</a>
${turn(view, view.after, 'after')}
</nav>
${view.times.length === 0 && html`<p>There is no time on this day. Please choose another one.</p>`}
${free.length > 0 && html`<h2>Free times ${zone}</h2>
${timeLinks(view, free)}`}
${others.length > 0 && html`<h2>${free.length > 0 ? 'Ask for another time' : 'Ask for a time'} ${zone}</h2>
<p class="soft">These are not free. Ask for the one that suits you: ${view.coachName} looks at what can be done, and you get word by mail.</p>
${timeLinks(view, others)}`}
${zoneOf(view, { day: view.day })}
</article>`, { knowsZone: true });
}

const turn = (view: DayView, to: string | null, side: 'before' | 'after'): Html => to === null ? html`<span></span>`
  : html`<a href="${pathTo(view, { day: to })}" rel="${side === 'before' ? 'prev' : 'next'}">${side === 'before' && html`<span aria-hidden="true">‹ </span>`}${inWords(to).replace(/ \p{L}+$/u, '')}${side === 'after' && html`<span aria-hidden="true"> ›</span>`}</a>`;
