import { html } from '../../kernel/html.js';
import type { Instant } from '../../kernel/interval.js';
import { dayInWords, rfc3339, timeInWords, zoneInWords } from '../../kernel/zone.js';
import { coachLayout } from './coach-layout.js';
import { unbroken } from './pieces.js';

export interface HistoryRow { readonly id: number; readonly at: Instant; readonly says: string; readonly request: { readonly id: string; readonly name: string } | null }
/** `about`: the request that it is narrowed to. `isFirst`: nothing newer was left out. `older`: where the next page begins. */
export interface HistoryView { readonly guard: string; readonly zone: string; readonly rows: readonly HistoryRow[]; readonly about: { readonly id: string; readonly name: string } | null; readonly isFirst: boolean; readonly older: number | null }

/** What happened, and why; the newest first, under its day. */
export function historyPage(view: HistoryView): string {
  const of = view.about === null ? '' : `request=${view.about.id}&`;
  const days: { day: string; items: HistoryRow[] }[] = [];
  for (const row of view.rows) {
    const day = dayInWords(row.at, view.zone);
    const last = days.at(-1);
    if (last?.day === day) last.items.push(row);
    else days.push({ day, items: [row] });
  }
  return coachLayout('History', { page: '/history', guard: view.guard, isOn: view.about === null }, html`<h1>${view.about === null ? 'What happened' : `What happened to the request of ${view.about.name}`}</h1>
<p class="lead">${view.about === null ? 'Everything that Makeway saw, decided and did, and why.' : html`<a href="/pending/${view.about.id}">The request as it stands</a> · <a href="/history">All that happened</a><br>`} Times are in ${zoneInWords(view.zone)}.</p>
${view.rows.length === 0 && html`<section class="card"><p class="soft">${view.isFirst ? 'Nothing yet.' : 'Nothing older.'}</p></section>`}
${days.map(({ day, items }) => html`<section class="card"><h2>${day}</h2><ol class="log">${items.map((row) => html`<li><time datetime="${rfc3339(row.at, view.zone)}">${timeInWords(row.at, view.zone)}</time><span class="says">${unbroken(row.says)}</span>${row.request !== null && view.about === null && html` <a class="who" href="/history?request=${row.request.id}">All about this request<span class="unseen"> of ${row.request.name}, ${dayInWords(row.at, view.zone)} ${timeInWords(row.at, view.zone)}</span></a>`}</li>`)}</ol></section>`)}
<nav class="steps" aria-label="Pages of the history">${view.isFirst ? html`<span></span>` : html`<a class="button" href="/history${view.about === null ? '' : `?request=${view.about.id}`}">Newest</a>`}${view.older !== null && html`<a class="button" href="/history?${of}before=${view.older}">Older</a>`}</nav>`);
}
