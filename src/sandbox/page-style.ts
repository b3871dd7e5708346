/** Served at `/sandbox/page.css`. Places in the week are set by script on the elements themselves. */
export const SANDBOX_STYLE = `:root {
  color-scheme: light dark;
  --page: #f3f5f1; --card: #fff; --ink: #1d2421; --soft: #55615c; --line: #dfe5e1; --accent: #0b6b5d; --on-accent: #fff; --panel: #e6f3ee;
  --session: #d3ebe3; --session-edge: #0b6b5d; --group: #e4e0f7; --group-edge: #5b4bb7; --own: #e9ecea; --own-edge: #77837d; --allday: #fbe7c3; --allday-edge: #a86a10;
  --want: #c2410c; --glow: #f5b83d; --bad: #b3372e; --shade: 0 1px 2px rgb(20 40 32 / .06), 0 6px 20px rgb(20 40 32 / .06);
  --kim: #0b6b5d; --dana: #5b4bb7; --sam: #c2410c;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #111513; --card: #1a201e; --ink: #e9eeeb; --soft: #a6b3ad; --line: #2d3733; --accent: #7fdcc7; --on-accent: #07271f; --panel: #17302a;
    --session: #17423a; --session-edge: #59c4ae; --group: #2f2a52; --group-edge: #a397ea; --own: #2a322f; --own-edge: #8b9892; --allday: #46350f; --allday-edge: #e0ac4c;
    --want: #ff9a62; --glow: #ffd166; --bad: #ef8d85; --shade: none; --kim: #59c4ae; --dana: #a397ea; --sam: #ff9a62;
  }
}
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; padding: 16px clamp(10px, 2vw, 28px) 40px; background: var(--page); color: var(--ink); font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; overflow-wrap: anywhere; }
h1, h2, p, ul, ol { margin: 0; padding: 0; }
ul, ol { list-style: none; }
a { color: var(--accent); text-underline-offset: 3px; }
button, input { font: inherit; color: inherit; }
button { cursor: pointer; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 1px; }
.soft, .address, .empty { color: var(--soft); }
.primary { min-height: 50px; padding: 12px 22px; border: 0; border-radius: 12px; background: var(--accent); color: var(--on-accent); font-weight: 650; font-size: 16px; }
.primary:hover { filter: brightness(1.1); }
.primary:disabled { opacity: .6; cursor: progress; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 16px; padding: 14px 16px; box-shadow: var(--shade); min-width: 0; }
.top { display: grid; gap: 14px 28px; grid-template-columns: 1fr auto; align-items: center; margin-bottom: 16px; }
.brand { font-weight: 700; color: var(--accent); }
.brand span { margin-left: 4px; padding: 1px 8px; border-radius: 99px; background: var(--panel); font-size: 12px; font-weight: 600; }
h1 { max-width: 820px; font-size: clamp(18px, 1.8vw, 22px); line-height: 1.3; letter-spacing: -.01em; }
h2 { font-size: 16px; line-height: 1.3; }
h2 small { font-weight: 400; color: var(--soft); font-size: 13px; }
.story { grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: 8px 18px; align-items: center; }
#steps { display: flex; flex-wrap: wrap; gap: 6px; counter-reset: step; }
#steps li { counter-increment: step; display: flex; gap: 8px; align-items: center; padding: 5px 13px 5px 5px; border: 1px solid var(--line); border-radius: 99px; background: var(--card); color: var(--soft); font-size: 14px; white-space: nowrap; }
#steps li::before { content: counter(step); display: grid; place-items: center; width: 24px; height: 24px; border-radius: 50%; background: var(--own); font-size: 13px; font-weight: 700; }
#steps li.done { color: var(--ink); }
#steps li.done::before { content: "✓"; background: var(--session); color: var(--accent); }
#steps li.current { border-color: var(--accent); color: var(--ink); font-weight: 650; }
#steps li.current::before { background: var(--accent); color: var(--on-accent); }
#hint { font-weight: 600; }
#next { min-height: 40px; padding: 6px 16px; border: 0; border-radius: 10px; background: var(--who); color: var(--card); font-weight: 650; }
#next[data-role="coach"] { --who: var(--kim); } #next[data-role="existing"] { --who: var(--dana); } #next[data-role="incoming"] { --who: var(--sam); }
.trouble { margin: 0 0 12px; padding: 10px 14px; border-left: 4px solid var(--bad); border-radius: 8px; background: var(--card); }
main { display: grid; gap: 14px; }
.bar { display: flex; flex-wrap: wrap; gap: 6px 14px; align-items: center; justify-content: space-between; margin-bottom: 8px; }
.nav { display: flex; gap: 6px; align-items: center; }
.does { display: grid; gap: 6px; }
.does form, .does button { width: 100%; }
#clock button, .nav button, .row button:not(.primary), .drawer-bar button { min-height: 38px; min-width: 38px; padding: 4px 12px; border: 1px solid var(--line); border-radius: 10px; background: var(--card); }
#clock button:hover, .nav button:hover, .row button:hover:not(.primary), .drawer-bar button:hover { border-color: var(--accent); }
#week-label { min-width: 150px; text-align: center; font-weight: 600; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
#grid { --hour: 34px; display: grid; grid-template-columns: 46px repeat(var(--days, 7), minmax(84px, 1fr)); min-height: calc(13 * var(--hour) + 60px); }
.day-head { padding: 2px 0 5px; text-align: center; font-size: 13px; color: var(--soft); border-bottom: 1px solid var(--line); }
.day-head strong { margin-left: 5px; color: var(--ink); font-size: 15px; }
.day-head.today strong { padding: 1px 8px; border-radius: 99px; background: var(--accent); color: var(--on-accent); }
.corner, .hours-head { border-bottom: 1px solid var(--line); }
.hours-head { padding-top: 4px; font-size: 11px; color: var(--soft); }
.all-day { min-height: 26px; padding: 2px; border-left: 1px solid var(--line); border-bottom: 1px solid var(--line); }
.hours { height: calc(13 * var(--hour)); font-size: 11px; color: var(--soft); font-variant-numeric: tabular-nums; }
.hours span { display: block; height: var(--hour); transform: translateY(2px); }
.day { position: relative; height: calc(13 * var(--hour)); border-left: 1px solid var(--line); border-bottom: 1px solid var(--line);
  background: repeating-linear-gradient(to bottom, transparent 0 calc(var(--hour) - 1px), var(--line) calc(var(--hour) - 1px) var(--hour)); }
.event { display: block; width: 100%; padding: 0 6px; overflow: hidden; text-align: left; border: 0; border-left: 3px solid var(--own-edge); border-radius: 6px; background: var(--own); color: var(--ink); font-size: 12px; line-height: 1.25; }
.day .event { position: absolute; z-index: 1; cursor: grab; touch-action: none; user-select: none; -webkit-user-select: none; box-shadow: 0 0 0 1px var(--card); }
.event strong { display: block; font-weight: 650; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.event span { display: block; opacity: .78; white-space: nowrap; overflow: hidden; font-size: 11px; pointer-events: none; }
.event.short { display: flex; gap: 6px; padding-block: 0; line-height: 1.1; }
.event.session, .key.session { background: var(--session); border-color: var(--session-edge); }
.event.group, .key.group { background: var(--group); border-color: var(--group-edge); }
.event.allday, .key.allday { background: var(--allday); border-color: var(--allday-edge); }
.event.allday + .event.allday { margin-top: 2px; }
.event.free { opacity: .75; border-left-style: dashed; }
.day .event.dragged { z-index: 4; cursor: grabbing; opacity: .92; box-shadow: 0 6px 18px rgb(0 0 0 / .3); }
.event.fresh { animation: shine 1.4s ease-in-out 5; z-index: 3; }
@keyframes shine { 0%, 100% { box-shadow: 0 0 0 1px var(--card); } 50% { box-shadow: 0 0 0 3px var(--glow), 0 0 18px var(--glow); } }
.wanted { position: absolute; left: 0; right: 0; z-index: 2; border: 2px dashed var(--want); border-radius: 7px; pointer-events: none; }
.now { position: absolute; left: 0; right: 0; z-index: 2; border-top: 2px solid var(--bad); pointer-events: none; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 8px; align-items: center; margin-top: 8px; font-size: 12.5px; color: var(--soft); }
.legend .grow { flex: 1; }
.legend .pair { white-space: nowrap; }
.key { display: inline-block; width: 16px; height: 12px; margin-right: 5px; vertical-align: -1px; border-left: 3px solid var(--own-edge); border-radius: 3px; background: var(--own); }
.key.asked { border: 2px dashed var(--want); background: none; }
.inboxes { display: grid; gap: 14px; grid-template-columns: repeat(3, minmax(0, 1fr)); align-items: start; }
.inbox { border-top: 4px solid var(--who); }
.coach { --who: var(--kim); } .existing { --who: var(--dana); } .incoming { --who: var(--sam); }
.inbox .bar { margin: 0; }
.address { margin-bottom: 8px; font-size: 13px; }
.count:not(:empty) { min-width: 22px; padding: 1px 7px; border-radius: 99px; background: var(--who); color: var(--card); font-size: 13px; font-weight: 700; text-align: center; }
.inbox ul { max-height: 280px; overflow-y: auto; margin: 0 -8px; padding: 0 2px 2px; }
.inbox .empty { padding: 8px 6px 12px; }
.mail { display: flex; gap: 10px; width: 100%; min-height: 44px; padding: 9px 8px; text-align: left; border: 0; border-top: 1px solid var(--line); background: none; }
.mail:hover, .mail.opened { background: var(--panel); border-radius: 8px; }
.mail .subject { flex: 1; }
.mail time { flex: none; color: var(--soft); font-size: 13px; font-variant-numeric: tabular-nums; }
.mail.unread .subject { font-weight: 700; }
.turn { outline: 2px solid var(--who); outline-offset: -1px; }
.mail.next { border-radius: 8px; border-top-color: transparent; animation: call 1.6s ease-in-out infinite; }
.mail.next.opened { animation: none; }
@keyframes call { 0%, 100% { box-shadow: inset 0 0 0 2px transparent; background: transparent; } 50% { box-shadow: inset 0 0 0 2px var(--who); background: var(--panel); } }
.lists { display: grid; gap: 14px; grid-template-columns: minmax(260px, 1fr) 2fr; align-items: start; }
#pending li:not(.empty) { display: flex; flex-wrap: wrap; gap: 0 8px; padding: 8px 0; border-top: 1px solid var(--line); }
#pending em { font-style: normal; font-size: 13px; padding: 0 8px; border-radius: 99px; background: var(--panel); }
#pending p { width: 100%; font-size: 14px; color: var(--soft); }
.log { max-height: 300px; overflow-y: auto; }
table { width: 100%; border-collapse: collapse; font-size: 13px; }
th { position: sticky; top: 0; background: var(--card); text-align: left; font-weight: 600; color: var(--soft); }
th, td { padding: 4px 10px 4px 0; vertical-align: top; }
td { border-top: 1px solid var(--line); }
td:nth-child(2), td:nth-child(5) { overflow-wrap: normal; }
td:first-child, td:nth-child(4), td:last-child { white-space: nowrap; font-variant-numeric: tabular-nums; }
tr.quiet td { color: var(--soft); }
tr.bad td { color: var(--bad); }
#drawer { position: fixed; z-index: 10; inset: 0 0 0 auto; width: min(520px, 100vw); display: flex; flex-direction: column; background: var(--card); border-left: 1px solid var(--line); box-shadow: -12px 0 40px rgb(0 0 0 / .18); }
#drawer[data-role="coach"] { --who: var(--kim); } #drawer[data-role="existing"] { --who: var(--dana); } #drawer[data-role="incoming"] { --who: var(--sam); }
.drawer-bar { display: flex; gap: 12px; align-items: center; padding: 10px 12px; border-top: 4px solid var(--who); border-bottom: 1px solid var(--line); }
.drawer-bar p { flex: 1; min-width: 0; line-height: 1.3; }
.drawer-bar strong, .drawer-bar span { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.drawer-bar span { font-size: 13px; color: var(--soft); }
#drawer-back { white-space: nowrap; }
#drawer-close { font-size: 20px; line-height: 1; }
#drawer-body { flex: 1; min-height: 0; background: var(--page); }
#drawer-body iframe { display: block; width: 100%; height: 100%; border: 0; }
#drawer-next { margin: 10px 12px; background: var(--who, var(--accent)); color: var(--card); }
@media (min-width: 1100px) { body.with-drawer { padding-right: calc(520px + 16px); } body.with-drawer h1 { font-size: 16px; } body.with-drawer #grid { grid-template-columns: 42px repeat(var(--days, 7), minmax(70px, 1fr)); } }
#editor { width: min(420px, calc(100vw - 24px)); padding: 20px; border: 1px solid var(--line); border-radius: 16px; background: var(--card); color: var(--ink); }
#editor::backdrop { background: rgb(0 0 0 / .45); }
#editor label { display: block; margin-top: 12px; font-weight: 600; font-size: 14px; }
#editor input { display: block; width: 100%; min-height: 44px; margin-top: 4px; padding: 8px 10px; border: 1px solid #84918b; border-radius: 10px; background: var(--page); }
#edit-guests { margin-top: 12px; font-size: 14px; }
.row { display: flex; gap: 8px; margin-top: 16px; }
.row button:not(.primary) { min-height: 50px; }
#toast { position: fixed; z-index: 20; left: 50%; bottom: 18px; width: max-content; max-width: calc(100vw - 32px); transform: translateX(-50%); padding: 11px 18px; border-radius: 12px; background: var(--ink); color: var(--page); }
@media (max-width: 900px) {
  .top { grid-template-columns: 1fr; }
  .primary { width: 100%; }
  .inboxes, .lists { grid-template-columns: minmax(0, 1fr); }
  .row .primary { width: auto; }
  #drawer-next { width: auto; }
  .legend .grow { flex-basis: 100%; }
}
@media (max-width: 700px) {
  #grid { --hour: 32px; grid-template-columns: 36px repeat(var(--days, 7), minmax(56px, 1fr)); }
  .card { padding: 12px; }
  .day-head strong { margin-left: 3px; }
  .event { padding: 1px 3px; border-left-width: 2px; font-size: 11px; }
  .event span { font-size: 10px; }
  .nav { width: 100%; justify-content: space-between; }
  .nav button { white-space: nowrap; padding: 4px 9px; font-size: 14px; }
  #week-label { min-width: 0; font-size: 13px; }
  .log table { min-width: 480px; }
  #next { width: 100%; }
  .day-head { font-size: 12px; }
}
@media (prefers-reduced-motion: reduce) { .event.fresh, .mail.next { animation: none; } .event.fresh { box-shadow: 0 0 0 3px var(--glow); } .mail.next { box-shadow: inset 0 0 0 2px var(--who); } }
`;
