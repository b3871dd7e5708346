/** Text as it may stand in HTML, also inside a quoted attribute. */
export const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');

const STYLE = `
:root{color-scheme:light dark;--back:#f0f4f9;--card:#fff;--text:#1f1f1f;--soft:#444746;--line:#dde1e6;--blue:#0b57d0;--on-blue:#fff;--tint:#f6f9fe}
@media(prefers-color-scheme:dark){:root{--back:#131314;--card:#1e1f20;--text:#e3e3e3;--soft:#c4c7c5;--line:#3c4043;--blue:#a8c7fa;--on-blue:#062e6f;--tint:#26282b}}
*{box-sizing:border-box}
body{font:16px/1.5 system-ui,sans-serif;background:var(--back);color:var(--text);margin:0;padding:16px;display:flex;min-height:100vh;align-items:center;justify-content:center}
main{background:var(--card);border-radius:24px;padding:32px;width:100%;max-width:480px}
h1{font-size:24px;line-height:1.25;font-weight:500;margin:0 0 8px}
p{margin:0 0 16px;color:var(--soft);overflow-wrap:anywhere}b{color:var(--text);font-weight:600}code{color:var(--text)}
fieldset{border:0;padding:0;margin:0 0 24px;min-width:0}legend{padding:0;margin:0 0 8px;max-width:100%;color:var(--soft);overflow-wrap:anywhere}
.list{border:1px solid var(--line);border-radius:12px;overflow:hidden}
.row{display:flex;gap:12px;align-items:flex-start;padding:12px}.row+.row{border-top:1px solid var(--line)}
label.row{cursor:pointer}label.row:hover{background:var(--tint)}label.row:has(input:checked){background:var(--tint)}
.row input{flex:none;width:18px;height:18px;margin:3px 0;accent-color:var(--blue)}.row span{min-width:0;overflow-wrap:anywhere}
small{display:block;font-size:13px;color:var(--soft)}
.buttons{display:flex;flex-wrap:wrap;gap:12px;justify-content:flex-end}
button{font:inherit;font-weight:500;padding:10px 24px;border-radius:22px;border:1px solid var(--line);background:transparent;color:var(--blue);cursor:pointer}
button[value=allow]{background:var(--blue);border-color:var(--blue);color:var(--on-blue)}
:focus-visible{outline:2px solid var(--blue);outline-offset:2px}.row :focus-visible{outline-offset:1px}
.note{font-size:13px;margin:24px 0 0}
@media(max-width:420px){main{padding:24px 20px}button{flex:1}}`;

/** A whole page of the emulator's sign-in. Works without script; asks for nothing else, not even an icon. */
export const page = (title: string, body: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><title>${escape(title)}</title><style>${STYLE}</style></head><body><main>${body}
<p class="note">This is a local calendar emulator, not Google. Nothing leaves this machine.</p></main></body></html>`;
