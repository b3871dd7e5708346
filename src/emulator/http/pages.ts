import type { Answer } from './answer.js';
import type { Account } from '../store/model.js';

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(title)}</title>
<link rel="icon" href="data:,">
<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem}h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}
ul{padding-left:1.2rem}li{margin:.4rem 0;overflow-wrap:anywhere}small{display:block;opacity:.75}code{background:#8883;padding:.1em .3em;border-radius:4px;overflow-wrap:anywhere}</style>
</head><body>${body}</body></html>
`;

/** Google's answer to a path or method that it does not have: a page, no JSON. */
export const notFoundPage = (path: string): Answer => ({
  status: 404,
  html: page('Error 404 (Not Found)!!1', `<p><b>404.</b> That’s an error.</p><p>The requested URL <code>${escape(path)}</code> was not found on this server. That’s all we know.</p>`),
});

/** `GET /`: what this is, for a person who opens its address. */
export function frontPage(url: string, accounts: readonly Account[], nowMs: number): Answer {
  const rows = accounts.slice(0, 200).map(({ name, email, timeZone }) => `<li>${escape(name)} <small>${escape(email)}, ${escape(timeZone)}</small></li>`).join('\n');
  const more = accounts.length > 200 ? `<p>… and ${accounts.length - 200} more.</p>` : '';
  return {
    status: 200,
    html: page('Calendar emulator', `<h1>Google Calendar emulator</h1>
<p>This is not Google. It answers the Google Calendar API v3 and Google’s OAuth to programs on this machine. Its clock says ${escape(new Date(nowMs).toISOString())}.</p>
<h2>Accounts</h2>
${accounts.length === 0 ? `<p>None yet. Make one: <code>curl -d '{"email":"kim@coach.example","name":"Kim","timeZone":"Europe/Berlin"}' ${escape(url)}/control/accounts</code></p>`
    : `<ul>\n${rows}\n</ul>${more}`}
<h2>Where things are</h2>
<ul><li>API: <code>${escape(url)}/calendar/v3</code>; as an account: <code>Authorization: Bearer sandbox:ADDRESS</code></li>
<li>Control API for tests: <a href="/control?prettyPrint=true">/control</a> lists its calls</li><li>Manual: <code>src/emulator/README.md</code> in the repository</li></ul>`),
  };
}
