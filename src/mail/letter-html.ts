import { html, type Html } from '../kernel/html.js';
import type { Block, LetterPlan, SlotLink } from './letter-blocks.js';

/** Mail programs honour inline styles and tables; of the `<style>` below, those that know it use the dark colours. Nothing is loaded from anywhere. */
const FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;";
const INK = '#1d2421';
const SOFT = '#5a6661';
const ACCENT = '#0b6b5d';
const DARK = [
  ':root{color-scheme:light dark;supported-color-schemes:light dark}',
  '@media (prefers-color-scheme:dark){',
  '.mw-page{background:#121614!important}.mw-card{background:#1c2220!important;border-color:#2f3835!important}',
  '.mw-ink,.mw-ink a{color:#e9eeeb!important}.mw-soft{color:#a9b5b0!important}.mw-panel{background:#17322c!important;border-color:#2b7a6b!important}',
  '.mw-plain{background:#262e2b!important;border-color:#4a5752!important}.mw-plain a{color:#8fe0cd!important}.mw-line{border-color:#2f3835!important}',
  '.mw-ink a.mw-link{color:#8fe0cd!important}',
  '}',
].join('');

/** Days, spans of hours and zones of a sentence each stay on one line: none is torn at a dash or between a day and its month. */
export const keepTimesTogether = (line: string, open: Html): Html => html`${line.split(TIMES).map((part, i) => (i % 2 === 1 ? html`${open}${part}</span>` : part))}`;
const TIMES = /(\d\d:\d\d–\d\d:\d\d|\d{1,2} [A-Z][a-z]{2,8}|\((?:[A-Z][\w-]* ){1,3}time\))/u;
const NO_WRAP = html`<span style="white-space:nowrap;">`;
const unbroken = (line: string): Html => keepTimesTogether(line, NO_WRAP);

/** The HTML part: one table of at most 600 px, no remote content, legible in light and dark. */
export function drawHtml(plan: LetterPlan): string {
  return String(html`<!doctype html>
<html lang="en">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no, date=no, address=no">
<title>${plan.subject}</title>
<style>${DARK}</style>
</head>
<body class="mw-page" style="margin:0;padding:0;background:#f3f5f1;">
<div style="display:none;max-height:0;overflow:hidden;opacity:0;">${plan.preview}</div>
<table role="presentation" class="mw-page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#f3f5f1;">
<tr><td align="center" style="padding:20px 10px;">
<table role="presentation" class="mw-card" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px;background:#ffffff;border:1px solid #dde3df;border-radius:14px;">
<tr><td class="mw-ink" style="padding:26px 22px 10px;overflow-wrap:anywhere;word-break:break-word;${FONT}color:${INK};">
<h1 class="mw-ink" style="margin:0 0 14px;font-size:23px;line-height:1.25;font-weight:700;color:${INK};">${plan.heading}</h1>
${plan.blocks.map(drawBlock)}
</td></tr>
<tr><td class="mw-soft" style="padding:6px 22px 22px;${FONT}font-size:13px;line-height:1.5;color:${SOFT};">${plan.footer}</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`);
}

function drawBlock(block: Block): Html {
  switch (block.block) {
    case 'say': return html`<p class="mw-ink" style="margin:0 0 16px;font-size:16px;line-height:1.5;color:${INK};">${unbroken(block.text)}</p>`;
    case 'time': return drawTime(block.label, block.lines);
    case 'agenda': return drawAgenda(block.title, block.rows);
    case 'slots': return html`${block.days.map(({ day, slots }) => html`<h2 class="mw-ink" style="margin:0 0 8px;font-size:15px;line-height:1.4;font-weight:700;color:${INK};">${day}</h2>
${slots.map(drawSlot)}<div style="height:10px;line-height:10px;font-size:1px;">&nbsp;</div>`)}`;
    case 'way': return drawWay(block);
    case 'link': return html`<p class="mw-soft" style="margin:4px 0 16px;font-size:15px;line-height:1.5;color:${SOFT};"><a class="mw-link" href="${block.link}" style="color:${ACCENT};font-weight:600;text-decoration:underline;">${block.label}</a>${block.after !== '' && html`<br>${block.after}`}</p>`;
  }
}

const drawTime = (label: string, lines: readonly string[]): Html => html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 16px;"><tr>
<td class="mw-panel" style="padding:12px 16px;background:#e9f4f0;border-left:4px solid ${ACCENT};border-radius:8px;${FONT}">
<div class="mw-soft" style="font-size:13px;line-height:1.4;color:#4b5852;">${label}</div>
${lines.map((line, i) => i === 0
    ? html`<div class="mw-ink" style="font-size:17px;line-height:1.4;font-weight:700;color:${INK};">${unbroken(line)}</div>`
    : html`<div class="mw-soft" style="font-size:14px;line-height:1.4;color:#4b5852;">${unbroken(line)}</div>`)}
</td></tr></table>`;

const drawAgenda = (title: string, rows: readonly { readonly hours: string; readonly what: string }[]): Html => html`<h2 class="mw-soft" style="margin:0 0 4px;font-size:13px;line-height:1.4;font-weight:600;color:${SOFT};">${title}</h2>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 16px;">
${rows.map((row) => html`<tr>
<td class="mw-line mw-soft" valign="top" style="padding:7px 12px 7px 0;border-bottom:1px solid #e4e9e5;${FONT}font-size:15px;line-height:1.4;color:${SOFT};white-space:nowrap;" width="1">${row.hours}</td>
<td class="mw-line mw-ink" valign="top" style="padding:7px 0;border-bottom:1px solid #e4e9e5;${FONT}font-size:15px;line-height:1.4;color:${INK};word-break:break-word;">${row.what}</td>
</tr>`)}
</table>`;

/** The cell carries the colour, so that also Outlook shows a button; the link fills it, so that a thumb may land anywhere. */
const button = (link: string, label: Html, isFirst: boolean): Html => html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 8px;border-collapse:separate;"><tr>
<td align="center" class="${isFirst ? 'mw-first' : 'mw-plain'}" bgcolor="${isFirst ? ACCENT : '#ffffff'}" style="border-radius:10px;border:1px solid ${isFirst ? ACCENT : '#9db3aa'};background:${isFirst ? ACCENT : '#ffffff'};">
<a href="${link}" style="display:block;padding:13px 14px;${FONT}font-size:16px;line-height:1.35;font-weight:600;text-decoration:none;color:${isFirst ? '#ffffff' : ACCENT};">${label}</a>
</td></tr></table>`;

const drawSlot = (slot: SlotLink): Html =>
  button(slot.link, html`${slot.label}${slot.elsewhere !== null && html`<br><span class="mw-soft" style="font-size:13px;font-weight:400;color:${SOFT};">${unbroken(slot.elsewhere)}</span>`}`, false);

const drawWay = (way: Extract<Block, { block: 'way' }>): Html => html`${way.link === null
  ? html`<p class="mw-ink" style="margin:0 0 2px;font-size:16px;line-height:1.4;font-weight:600;color:${INK};">${way.label}</p>`
  : button(way.link, html`${way.label}`, way.isFirst)}<p class="mw-soft" style="margin:0 0 18px;font-size:14px;line-height:1.5;color:${SOFT};">${unbroken(way.effect)}${way.notes?.map((note) => html`<br>${note}`)}</p>`;
