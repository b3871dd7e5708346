/** What the booking page adds to the stylesheet. */
export const BOOK_STYLE = `.honey { display: none; }
.card > form + p, .card > .stack + p { margin-top: 14px; }
.pager { display: grid; grid-template-columns: 1fr auto 1fr; gap: 10px; align-items: baseline; margin: 0 0 12px; }
.pager h2 { margin: 0; text-align: center; }
.pager > :last-child { text-align: right; }
.pager a { display: inline-block; padding: 8px 0; white-space: nowrap; }
.month { width: 100%; margin: 0 0 12px; border-collapse: separate; border-spacing: 3px; table-layout: fixed; text-align: center; font-variant-numeric: tabular-nums; }
.month th { padding: 4px 0; font-size: 13px; font-weight: 600; color: var(--soft); }
.month td { padding: 0; height: 44px; color: var(--soft); }
.month td a { position: relative; display: block; line-height: 44px; border-radius: 10px; color: var(--ink); text-decoration: none; border: 1px solid var(--line); }
.month td a:hover { background: var(--panel); }
.month td a.free { background: var(--panel); border-color: var(--panel-line); color: var(--accent); font-weight: 700; }
.month td a.free::after, .legend .mark { content: ""; width: 6px; height: 6px; border-radius: 50%; background: var(--accent); }
.month td a.free::after { position: absolute; left: 50%; bottom: 5px; margin-left: -3px; }
.legend .mark { display: inline-block; margin: 0 8px 2px 2px; }
.kinds { list-style: none; margin: 0 0 18px; padding: 0; display: grid; gap: 8px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 200px), 1fr)); }
.kinds a[aria-current] { background: var(--panel); border-width: 2px; }
.kinds .elsewhere { display: block; font-size: 13px; font-weight: 400; color: var(--soft); }
.slots .primary .elsewhere { color: inherit; }
.hint { margin: -10px 0 0; font-size: 14px; color: var(--soft); }
label.field:has(+ .below), label.field:has(+ .hint), label.field:has(+ .wrong) { margin-bottom: 0; }
label.field + .hint { margin-top: 0; }
.below { margin-bottom: 16px; }
.wrong { margin: 4px 0 0; font-weight: 600; border-left: 4px solid var(--bad-line); padding-left: 10px; }
[aria-invalid] { border-color: var(--bad-line) !important; border-width: 2px !important; }
.fault ul { margin: 0; padding-left: 20px; }
.fault p { margin: 0 0 6px; }
.fault a { color: inherit; }
`;
