import { dateMs, dateText, dayOf, dayOfMonth, monthOf, monthStart, weekdayOf } from '../../calendar/days.js';
import { html, type Html } from '../../kernel/html.js';
import { DAY } from '../../kernel/interval.js';
import { zoneInWords } from '../../kernel/zone.js';
import { timesInWords } from '../../mail/letter-times.js';
import { aboutKind, lengthInWords, pathTo, timeLinks, zoneOf } from './book-pieces.js';
import type { MonthView } from './book-views.js';
import { layout } from './layout.js';

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'] as const;
/** Of a month or of a day in it. */
const nameOf = (month: string): string => MONTHS[Number(month.slice(5, 7)) - 1] ?? month;

/** A month of a coach's booking page: days with free times are marked, and every working day leads to its times. */
export function bookMonthPage(view: MonthView): string {
  const title = `Book a time with ${view.coachName}`;
  return layout(title, html`<article class="card">
<h1>${title}</h1>
${kinds(view)}
${view.days.size === 0 && view.soonest.length === 0 ? html`<p>No time can be booked here at the moment. Please come back later.</p>` : html`${soonest(view)}
${month(view)}
<p class="soft small legend">${[...view.days.values()].some((day) => day.free > 0) ? html`<span class="mark" aria-hidden="true"></span>Marked days have free times. On the other linked days you can ask for a time.` : 'On the linked days you can ask for a time.'}</p>`}
${zoneOf(view, { month: view.month })}
</article>`, { knowsZone: true });
}

const kinds = (view: MonthView): Html => view.kinds.length < 2 ? html`<p class="soft">${aboutKind(view)}</p>` : html`<nav aria-label="What is it about?">
<ul class="kinds">${view.kinds.map((kind) => html`
<li><a class="button" href="${pathTo({ ...view, kind }, {})}"${kind.name === view.kind.name && html` aria-current="true"`}>${kind.name}<span class="elsewhere">${lengthInWords(kind.lengthMs)}</span></a></li>`)}
</ul></nav>`;

const soonest = (view: MonthView): Html => view.soonest.length === 0
  ? html`<p>No time is free at the moment. Choose a day, and ask for a time that would suit you.</p>`
  : html`<h2>Soonest free times <span class="soft together">(${zoneInWords(view.zone)})</span></h2>
${timeLinks(view, view.soonest, 'with day')}`;

function month(view: MonthView): Html {
  const first = monthStart(monthOf(dayOf(dateMs(`${view.month}-01`))));
  const next = monthStart(monthOf(first) + 1);
  const weeks: Html[] = [];
  const begins = dayOf(dateMs([...view.days.keys()].sort()[0] ?? `${view.month}-01`));
  // Weeks that are over, or too soon, are left out: the page begins with what can be chosen
  for (let monday = begins - weekdayOf(begins); monday < next; monday += 7) {
    weeks.push(html`<tr>${WEEKDAYS.map((_, i) => (monday + i < first || monday + i >= next ? html`<td></td>` : cell(view, monday + i)))}</tr>
`);
  }
  return html`<div class="pager">
${turn(view, view.before, 'before')}
<h2 id="month">${nameOf(view.month)} ${view.month.slice(0, 4)}</h2>
${turn(view, view.after, 'after')}
</div>
<table class="month" aria-labelledby="month">
<thead><tr>${WEEKDAYS.map((day) => html`<th scope="col"><span aria-hidden="true">${day.slice(0, 2)}</span><span class="unseen">${day}</span></th>`)}</tr></thead>
<tbody>
${weeks}</tbody>
</table>`;
}

const turn = (view: MonthView, to: string | null, side: 'before' | 'after'): Html => to === null ? html`<span></span>`
  : html`<a href="${pathTo(view, { month: to })}" rel="${side === 'before' ? 'prev' : 'next'}">${side === 'before' && html`<span aria-hidden="true">‹ </span>`}${nameOf(to).slice(0, 3)}<span class="unseen">${nameOf(to).slice(3)}</span>${side === 'after' && html`<span aria-hidden="true"> ›</span>`}</a>`;

function cell(view: MonthView, day: number): Html {
  const date = dateText(day * DAY);
  const times = view.days.get(date);
  const number = String(dayOfMonth(day));
  if (!times) return html`<td>${number}</td>`;
  return html`<td><a href="${pathTo(view, { day: date })}"${times.free > 0 && html` class="free"`}><span class="unseen">${WEEKDAYS[weekdayOf(day)]} </span>${number}<span class="unseen"> ${nameOf(date)}, ${times.free > 0 ? `${timesInWords(times.free)} free` : 'ask for a time'}</span></a></td>`;
}
