import { html, type Html } from '../../kernel/html.js';
import { ZONE_SCRIPT_PATH } from './zone-script.js';

/** What a page may add to the frame around it. */
export interface LayoutOptions {
  /** Seconds after which the page loads itself again; for states that end by themselves. */
  readonly refreshSeconds?: number;
  /** Wider than one column of text: lists and tables. */
  readonly isWide?: boolean;
  /** Stands before the content: the navigation of signed-in pages. */
  readonly header?: Html;
  /** The page has a form that changes the zone: the visitor's own is detected. */
  readonly knowsZone?: boolean;
}

/** The stylesheet's address: the pages link to it, the server serves `STYLESHEET` there. */
export const STYLESHEET_PATH = '/style.css';

/** A complete HTML document around `body`. Needs no script (`zone.js` is an extra) and no inline style, so the strictest policy fits it. */
export function layout(title: string, body: Html, options: LayoutOptions = {}): string {
  return String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
${options.refreshSeconds !== undefined && html`<meta http-equiv="refresh" content="${options.refreshSeconds}">`}
<title>${title} · Makeway</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${STYLESHEET_PATH}">
${options.knowsZone && html`<script src="${ZONE_SCRIPT_PATH}" defer></script>`}
</head>
<body>
${options.header}
<main id="content" tabindex="-1" class="${options.isWide ? 'wide' : 'narrow'}">
${body}
</main>
<footer>Makeway</footer>
</body>
</html>
`);
}
