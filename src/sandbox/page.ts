import { html, type Html } from '../kernel/html.js';
import { layout } from '../web/pages/layout.js';
import { INBOXES_SCRIPT } from './script-inboxes.js';
import { WEEK_SCRIPT } from './script-week.js';
export { SANDBOX_STYLE } from './page-style.js';

/** A mail as `/sandbox/mail.json` tells it. */
export interface ShownMail {
  readonly id: string;
  /** RFC 3339. */
  readonly time: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Served at `/sandbox/page.js`. The page's only script; without it the forms and `/sandbox/mail` do. */
export const SANDBOX_SCRIPT = `(() => {\n'use strict';\n${WEEK_SCRIPT}\n${INBOXES_SCRIPT}\n})();\n`;

/**
 * The sandbox's one page: the coach's week, three inboxes, the open requests and the job log. It fills itself by
 * script from `/sandbox/state.json`, `/sandbox/mail.json` and the emulator. Mails are drawn in frames without script
 * that inherit this page's policy, so the policy must allow inline styles.
 */
export function sandboxPage(): string {
  return String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>Makeway · sandbox</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/sandbox/page.css">
<script src="/sandbox/page.js" defer></script>
</head>
<body>
<header class="top">
<div class="pitch">
<p class="brand">Makeway <span>sandbox</span></p>
<h1>When two people want the same time, Makeway asks the one who has it. Nobody loses a session before the new one is real.</h1>
</div>
<div class="does">
<form id="ask" method="post" action="/sandbox/ask"><button class="primary">Sam asks for Dana’s time</button></form>
<form id="clock" method="post" action="/sandbox/clock"><input type="hidden" name="hours" value="12"><button>Let 12 hours pass</button></form>
</div>
<div class="story">
<ol id="steps">
<li>Sam asks</li><li>Kim decides</li><li>Dana chooses</li><li>Sam lands</li>
</ol>
<p id="hint" role="status">Press the button. Then follow the mails.</p>
<button type="button" id="next" hidden></button>
</div>
</header>
<noscript><p class="trouble">Without script this page stays empty, but all of Makeway works: press the button, then read <a href="/sandbox/mail">the mails</a> and follow their links.</p></noscript>
<p id="trouble" class="trouble" role="alert" hidden></p>
<main>
<section class="card" aria-labelledby="week-title">
<div class="bar"><h2 id="week-title">Kim’s week in Google Calendar</h2>
<div class="nav"><button type="button" id="week-back" aria-label="Week before">‹</button><span id="week-label" aria-live="polite"></span><button type="button" id="week-on" aria-label="Next week">›</button><button type="button" id="week-dana">Dana’s week</button></div></div>
<p id="week-trouble" class="trouble" role="alert" hidden></p>
<div class="scroll"><div id="grid"></div></div>
<p class="legend"><span class="pair"><span class="key session"></span>session</span> <span class="pair"><span class="key group"></span>group</span> <span class="pair"><span class="key own"></span>own</span> <span class="pair"><span class="key allday"></span>all day</span> <span class="pair"><span class="key asked"></span>what Sam asks for</span> <span class="grow"></span><span>Drag an event to move it, double-click to edit. Times in <span id="week-zone">the coach’s zone</span>.</span></p>
</section>
<div class="inboxes">
${inbox('coach', 'Kim', 'the coach')}
${inbox('existing', 'Dana', 'has the time')}
${inbox('incoming', 'Sam', 'wants the time')}
</div>
<div class="lists">
<section class="card" aria-labelledby="pending-title"><div class="bar"><h2 id="pending-title">Requests</h2><span><a href="/book/kim" target="_blank" rel="noopener">Kim’s booking page</a> · <a href="/pending" target="_blank" rel="noopener">Kim’s own pages</a></span></div><ul id="pending"><li class="empty">No open request</li></ul></section>
<section class="card" aria-labelledby="jobs-title"><div class="bar"><h2 id="jobs-title">Job log</h2></div>
<div class="scroll log"><table><thead><tr><th>Time</th><th>Job</th><th>What it did</th><th>About</th><th>Outcome</th><th>Took</th></tr></thead><tbody id="jobs"></tbody></table><p id="no-jobs" class="empty">Nothing has run yet</p></div></section>
</div>
</main>
<aside id="drawer" aria-labelledby="drawer-title" hidden>
<div class="drawer-bar"><button type="button" id="drawer-back" hidden>‹ Mail</button><p><strong id="drawer-who"></strong><span id="drawer-title"></span></p><button type="button" id="drawer-close" aria-label="Close">×</button></div>
<div id="drawer-body"></div>
<button type="button" id="drawer-next" class="primary" hidden></button>
</aside>
<dialog id="editor" aria-labelledby="editor-title"><form id="edit-form" method="dialog">
<h2 id="editor-title">Edit in Google Calendar</h2>
<label>Title <input id="edit-title" autocomplete="off"></label>
<div id="edit-when"><label>Start <input type="datetime-local" id="edit-start" step="300"></label><label>Minutes <input type="number" id="edit-length" min="5" max="720" step="5"></label></div>
<p id="edit-guests" class="soft"></p>
<div class="row"><button class="primary" value="save">Save</button><button value="delete">Delete</button><button value="close" formnovalidate>Close</button></div>
</form></dialog>
<p id="toast" role="alert" hidden></p>
</body>
</html>
`);
}

const inbox = (role: string, name: string, part: string): Html => html`<section class="card inbox ${role}" id="card-${role}" aria-labelledby="name-${role}">
<div class="bar"><h2><span id="name-${role}">${name}</span> <small>${part}</small></h2><span class="count" id="count-${role}"></span></div>
<p class="address" id="address-${role}"></p>
<ul id="inbox-${role}"><li class="empty">No mail yet</li></ul>
</section>`;

/** The caught mails as a plain document for browsers without script: newest first, the text part with its links alive. */
export function mailListPage(mails: readonly ShownMail[]): string {
  const newestFirst = [...mails].sort((a, b) => (a.id < b.id ? 1 : -1));
  return layout('Mails', html`<div class="top"><h1>Mails</h1><form method="post" action="/sandbox/ask"><button class="quiet">Sam asks for Dana’s time</button></form></div>
${newestFirst.length === 0 && html`<p class="card soft">No mail yet. Press the button, then load this page again.</p>`}
${newestFirst.map((mail, i) => html`<details class="card"${i === 0 && html` open`}>
<summary><div><h2>${mail.subject}</h2><small>to ${mail.to.join(', ')} · ${mail.time}</small></div></summary>
<div class="inside"><p class="mail-text">${withLinks(mail.text)}</p></div>
</details>`)}
<p><a href="/">Back to the sandbox</a></p>`, { isWide: true });
}

/** Plain text with its addresses made into links; all else is escaped. */
const withLinks = (text: string): Html =>
  html`${text.split(/(https?:\/\/[^\s<>"']+)/).map((part, i) => (i % 2 === 1 ? html`<a href="${part}">${part}</a>` : part))}`;
