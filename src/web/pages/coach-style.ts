/** What the coach's pages add to the stylesheet. */
export const COACH_STYLE = `main:focus { outline: none; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: 8px; top: -60px; z-index: 2; padding: 10px 14px; background: var(--card); border: 2px solid var(--accent); border-radius: 10px; }
.skip:focus { top: 8px; }
.coach-top { width: 100%; max-width: 880px; margin: 0 auto; padding: 10px 0 0; display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: center; justify-content: space-between; border-bottom: 1px solid var(--line); }
.coach-top nav { flex: 1 1 260px; }
.coach-top ul { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; }
.coach-top nav a { display: block; padding: 11px 11px 10px; color: var(--soft); text-decoration: none; font-weight: 550; border-bottom: 3px solid transparent; }
.coach-top nav a:hover { color: var(--accent); }
.coach-top nav a[aria-current] { color: var(--ink); border-bottom-color: var(--accent); font-weight: 650; }
.coach-top form { flex: 0 0 auto; }
.coach-top button { width: auto; min-height: 40px; padding: 7px 12px; border-color: transparent; background: none; font-size: 15px; }
@media (max-width: 559px) {
  .coach-top { display: block; padding: 4px 0; } .coach-top nav, .coach-top ul { display: inline; } .coach-top li, .coach-top form { display: inline-block; }
  .coach-top nav a { padding: 8px 7px 6px; font-size: 15px; } .coach-top button { min-height: 0; padding: 8px 7px 9px; line-height: 1.5; }
}
.done { margin: 0 0 16px; padding: 11px 14px; background: var(--panel); border-left: 4px solid var(--panel-line); border-radius: 10px; font-weight: 600; }
.fault ul { margin: 6px 0 0; padding-left: 20px; font-weight: 400; } .fault p { margin: 0; }
.coach-top ~ main.narrow { max-width: 880px; } .coach-top ~ main.narrow > * { max-width: 640px; }
.lead { margin: 0 0 18px; color: var(--soft); }
.actions { display: flex; flex-wrap: wrap; gap: 10px; align-items: center; } .actions > * { flex: 0 1 auto; } .actions button, .actions .button { width: auto; min-height: 44px; padding: 9px 16px; }
.tag { display: inline-block; margin: 0 6px 4px 0; padding: 1px 9px; font-size: 13px; font-weight: 600; border: 1px solid var(--line); border-radius: 99px; color: var(--soft); }
.tag.bad { border-color: var(--bad-line); color: var(--ink); background: var(--bad); }
.tag.good { border-color: var(--panel-line); color: var(--ink); background: var(--panel); }
.facts { margin: 0 0 14px; font-size: 15px; color: var(--soft); }
.pair { display: grid; gap: 0 14px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); }
.trio { display: flex; gap: 10px; align-items: flex-end; } .trio > label:first-child { flex: 1 1 auto; } .trio > label:last-child { flex: 0 0 108px; } .trio label.field { margin-bottom: 8px; }
.field .hint { margin-top: 5px; } .field .wrong { margin-top: 5px; font-weight: 600; color: var(--ink); } .field .wrong::before { content: "\\26A0\\00A0"; color: var(--bad-line); }
input[aria-invalid="true"], select[aria-invalid="true"] { border: 2px solid var(--bad-line); }
input[type="text"].short { max-width: 160px; }
.one-line { display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: flex-end; } .one-line label.field { flex: 1 1 220px; margin: 0; } .one-line button { flex: 0 0 auto; width: auto; min-height: 48px; }
.log { list-style: none; margin: 0; padding: 0; } .log li { padding: 11px 0; border-top: 1px solid var(--line); } .log li:first-child { border-top: 0; padding-top: 0; } .log li:last-child { padding-bottom: 0; }
.log time { display: block; font-size: 13px; color: var(--soft); font-variant-numeric: tabular-nums; } .log .says { white-space: pre-line; } .log .who { display: block; margin-top: 2px; font-size: 14px; } .log li.one-line { align-items: center; } .log li.one-line > div { flex: 1 1 220px; }
.steps { display: flex; justify-content: space-between; gap: 12px; } .steps .button { width: auto; min-height: 44px; padding: 9px 16px; }
.danger { border-color: var(--bad-line); color: var(--ink); } .danger:hover { background: var(--bad); color: var(--ink); }
dl.about { margin: 0 0 14px; display: grid; grid-template-columns: minmax(96px, auto) 1fr; gap: 6px 16px; } dl.about dt { color: var(--soft); } dl.about dd { margin: 0; }
details.plain > summary { padding: 8px 0; cursor: pointer; font-weight: 600; color: var(--accent); } details.plain > summary .soft { display: block; font-weight: 400; } details.plain { margin: 4px 0 0; }
`;
