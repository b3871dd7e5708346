import { html, type Html } from '../../kernel/html.js';
import { layout, type LayoutOptions } from './layout.js';

/** The coach's pages, in the order of the navigation. */
const PAGES = [
  ['/pending', 'Requests'], ['/overlaps', 'Overlaps'], ['/calendars', 'Calendars'], ['/rules', 'Rules'], ['/clients', 'Clients'], ['/history', 'History'], ['/connect', 'Connection'],
] as const;
export type CoachPage = (typeof PAGES)[number][0];

/** Where the reader is, and the guard of their sign-in. `isOn`: the page itself; else it lies under `page`. */
export interface CoachFrame { readonly page: CoachPage; readonly guard: string; readonly isOn?: boolean }

/** The frame of every page behind sign-in: a way past the navigation, the navigation with the present page marked, signing out. */
export const coachLayout = (title: string, frame: CoachFrame, body: Html, options: Omit<LayoutOptions, 'header'> = {}): string =>
  layout(title, body, { isWide: true, ...options, header: html`<a class="skip" href="#content">To the content</a>
<header class="coach-top">
<nav aria-label="Your pages"><ul>${PAGES.map(([href, text]) => html`<li><a href="${href}"${href === frame.page && (frame.isOn === false ? html` aria-current="true"` : html` aria-current="page"`)}>${text}</a></li>`)}</ul></nav>
<form method="post" action="/sign-out"><input type="hidden" name="guard" value="${frame.guard}"><button class="quiet">Sign out</button></form>
</header>` });

/** What a form has to say after it was sent: that it is done, or everything that is wrong with it. */
export interface Told { readonly done: string | null; readonly faults: readonly string[] }
export const NOTHING_TOLD: Told = { done: null, faults: [] };

/** The same as a box above the content; a screen reader says it at once. */
export const toldBox = ({ done, faults }: Told): Html => html`${done !== null && html`<p class="done" role="status">${done}</p>`}
${faults.length > 0 && html`<div class="fault" role="alert"><p>${faults.length === 1 ? 'Nothing was changed; one thing needs a correction:' : `Nothing was changed; ${faults.length} things need a correction:`}</p><ul>${faults.map((fault) => html`<li>${fault}</li>`)}</ul></div>`}`;

/** The hidden field that every form of these pages carries. */
export const guardField = (guard: string): Html => html`<input type="hidden" name="guard" value="${guard}">`;
