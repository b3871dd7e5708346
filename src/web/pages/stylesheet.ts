import { COACH_STYLE } from './coach-style.js';
import { BOOK_STYLE } from './book-style.js';

/** The one stylesheet of all pages, served at `STYLESHEET_PATH`. Phone first; light and dark by the reader's setting; colours pass WCAG AA. */
export const STYLESHEET = `:root {
  color-scheme: light dark;
  --page: #f3f5f1; --card: #fff; --ink: #1d2421; --soft: #55615c; --line: #dbe2dd;
  --accent: #0b6b5d; --on-accent: #fff; --accent-deep: #08564b; --panel: #e6f3ee; --panel-line: #0b6b5d;
  --warn: #fff4dc; --warn-line: #b7791f; --bad: #fdeceb; --bad-line: #b3372e; --shade: 0 1px 2px rgb(20 40 32 / .06), 0 6px 20px rgb(20 40 32 / .06);
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #111513; --card: #1a201e; --ink: #e9eeeb; --soft: #a6b3ad; --line: #303a36;
    --accent: #7fdcc7; --on-accent: #07271f; --accent-deep: #a2ecdb; --panel: #17302a; --panel-line: #4db29c;
    --warn: #362b12; --warn-line: #d9a441; --bad: #3a1c1a; --bad-line: #ef8d85; --shade: none;
  }
}
*, ::before, ::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; padding: 0 14px; min-height: 100vh; display: flex; flex-direction: column; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; overflow-wrap: anywhere;
}
main { width: 100%; margin: 0 auto; padding: 22px 0 8px; flex: 1; }
main.narrow { max-width: 620px; }
main.wide { max-width: 880px; }
body > footer { padding: 14px 0 22px; text-align: center; font-size: 13px; color: var(--soft); }
h1 { margin: 0 0 12px; font-size: clamp(23px, 5.4vw, 29px); line-height: 1.22; letter-spacing: -.01em; }
h2 { margin: 0 0 8px; font-size: 17px; line-height: 1.35; }
h3 { margin: 0 0 8px; font-size: 15px; line-height: 1.4; }
p { margin: 0 0 14px; }
p, li, dd, small { text-wrap: pretty; } h1, h2, .button, button { text-wrap: balance; }
h2 .soft { font-size: 14px; font-weight: 400; }
p:last-child, .card > :last-child { margin-bottom: 0; }
a { color: var(--accent); text-underline-offset: 3px; }
a:hover { color: var(--accent-deep); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.soft { color: var(--soft); }
.small { font-size: 14px; }
.together { white-space: nowrap; }
.card { margin: 0 0 14px; padding: 20px 18px; background: var(--card); border: 1px solid var(--line); border-radius: 16px; box-shadow: var(--shade); }
@media (min-width: 560px) { .card { padding: 26px 28px; } }
.tone-good { border-top: 5px solid var(--accent); }
.tone-bad { border-top: 5px solid var(--bad-line); }
.when { margin: 0 0 16px; padding: 12px 16px; background: var(--panel); border-left: 4px solid var(--panel-line); border-radius: 10px; }
.when .label { display: block; font-size: 13px; color: var(--soft); }
.when strong { display: block; font-size: 18px; line-height: 1.35; }
.when .elsewhere { display: block; font-size: 14px; color: var(--soft); }
.note { margin: 0 0 16px; padding: 11px 14px; background: var(--warn); border-left: 4px solid var(--warn-line); border-radius: 10px; }
.fault { margin: 0 0 16px; padding: 11px 14px; background: var(--bad); border-left: 4px solid var(--bad-line); border-radius: 10px; font-weight: 500; }
.button, button {
  display: block; width: 100%; min-height: 50px; padding: 12px 18px; font: inherit; font-weight: 650; line-height: 1.35; text-align: center; text-decoration: none;
  border: 1px solid var(--accent); border-radius: 12px; background: var(--card); color: var(--accent); cursor: pointer;
}
.button:hover, button:hover { background: var(--panel); color: var(--accent-deep); }
.primary, button.primary { background: var(--accent); color: var(--on-accent); }
.primary:hover, button.primary:hover { background: var(--accent-deep); color: var(--on-accent); }
button.quiet { min-height: 44px; border-color: var(--line); color: var(--soft); font-weight: 500; }
.stack > * + * { margin-top: 10px; }
.slots { list-style: none; margin: 0 0 18px; padding: 0; display: grid; gap: 8px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 200px), 1fr)); }
.slots .elsewhere { display: block; font-size: 13px; font-weight: 400; color: var(--soft); }
.times { margin: 0 0 14px; padding-left: 20px; }
.times li { margin: 2px 0; }
.agenda { list-style: none; margin: 0 0 16px; padding: 0; border-top: 1px solid var(--line); }
.agenda li { display: flex; gap: 14px; padding: 8px 0; border-bottom: 1px solid var(--line); }
.agenda .hours { flex: 0 0 auto; min-width: 112px; color: var(--soft); font-variant-numeric: tabular-nums; }
.agenda li:last-child { border-bottom: 0; padding-bottom: 0; }
.agenda .standing, .agenda .standing:last-child { margin: 0 -8px; padding: 8px; background: var(--panel); border-radius: 8px; border-bottom-color: transparent; }
.agenda .standing .hours { color: var(--ink); font-weight: 650; }
.agenda small { display: block; color: var(--soft); font-size: 13px; }
details.card { padding: 0; }
details.card > summary { padding: 17px 18px; cursor: pointer; font-weight: 650; list-style: none; display: flex; gap: 12px; align-items: center; border-radius: 16px; }
details.card > summary::-webkit-details-marker { display: none; }
details.card > summary::after { content: ""; flex: 0 0 auto; width: 9px; height: 9px; margin: 0 4px 3px auto; border: solid var(--soft); border-width: 0 2px 2px 0; transform: rotate(45deg); transition: transform .15s; }
details.card[open] > summary::after { transform: rotate(225deg); margin-bottom: -5px; }
details.card > summary h2 { margin: 0; }
details.card > summary small { display: block; font-weight: 400; color: var(--soft); font-size: 14px; }
details.card > .inside { padding: 0 18px 20px; }
@media (min-width: 560px) { details.card > summary { padding: 18px 28px; } details.card > .inside { padding: 0 28px 26px; } }
.prepared { border: 2px solid var(--accent); }
details.none { margin: 14px 0; } details.none > summary { padding: 10px 0; cursor: pointer; font-weight: 600; color: var(--accent); } details.none > form { margin-bottom: 6px; }
fieldset { margin: 0 0 16px; padding: 12px 14px; border: 1px solid var(--line); border-radius: 12px; min-width: 0; }
legend { padding: 0 6px; font-weight: 650; font-size: 15px; }
label.field { display: block; margin: 0 0 14px; font-weight: 600; font-size: 15px; }
label.field span { display: block; font-weight: 400; font-size: 14px; color: var(--soft); }
input[type="text"], input[type="email"], input[type="datetime-local"], select {
  display: block; width: 100%; min-height: 48px; margin-top: 6px; padding: 10px 12px; font: inherit; font-weight: 400; color: var(--ink); background: var(--page); border: 1px solid #84918b; border-radius: 10px;
}
label.tick { display: flex; gap: 12px; align-items: flex-start; padding: 8px 0; cursor: pointer; }
label.tick input { flex: 0 0 auto; width: 22px; height: 22px; margin: 1px 0 0; accent-color: var(--accent); }
.rows { list-style: none; margin: 0; padding: 0; }
.rows li + li { border-top: 1px solid var(--line); }
.rows a { display: block; position: relative; margin: 0 -10px; padding: 13px 40px 13px 10px; color: inherit; text-decoration: none; border-radius: 10px; }
.rows a::after { content: ""; position: absolute; right: 16px; top: 50%; width: 9px; height: 9px; margin-top: -5px; border: solid var(--soft); border-width: 2px 2px 0 0; transform: rotate(45deg); }
.rows a:hover { background: var(--panel); color: inherit; }
.rows strong { display: block; }
.rows li:first-child a { padding-top: 6px; }
.rows li:last-child a { padding-bottom: 4px; }
.badge { display: inline-block; margin-left: 8px; padding: 1px 9px; font-size: 13px; font-weight: 600; border-radius: 99px; background: var(--accent); color: var(--on-accent); vertical-align: 1px; }
.mail-text { white-space: pre-line; }
.top { margin-bottom: 10px; display: flex; gap: 14px; align-items: flex-start; justify-content: space-between; }
.top form { flex: 0 0 auto; }
.top button { width: auto; }
.asks { margin: 0 0 14px; }
.asks dt { font-weight: 650; }
.asks dd { margin: 0 0 12px; color: var(--soft); }
.or { margin: 20px 4px 10px; font-size: 14px; font-weight: 650; color: var(--soft); }
.spinner { display: block; width: 34px; height: 34px; margin: 0 0 16px; border: 4px solid var(--line); border-top-color: var(--accent); border-radius: 50%; animation: turn 1s linear infinite; }
@keyframes turn { to { transform: rotate(1turn); } }
@media (prefers-reduced-motion: reduce) { .spinner { animation: none; } * { transition: none !important; } }
/* Offers and decisions. */
.unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.turn { display: inline-block; margin-left: 2px; padding: 1px 9px; font-size: 13px; font-weight: 600; border-radius: 99px; border: 1px solid var(--line); color: var(--soft); vertical-align: 1px; }
.turn.yours { border-color: var(--accent); background: var(--accent); color: var(--on-accent); }
.plain-link { display: inline-block; padding: 6px 0; }
details.zone > summary { font-size: 14px; font-weight: 500; }
${COACH_STYLE}
${BOOK_STYLE}`;
