import type { Account } from '../store/model.js';

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(title)}</title>
<style>
body{font:16px/1.5 system-ui,sans-serif;background:#f0f4f9;color:#1f1f1f;margin:0;display:flex;min-height:100vh;align-items:center;justify-content:center}
main{background:#fff;border-radius:24px;padding:32px;max-width:440px;width:calc(100% - 32px);box-sizing:border-box}
h1{font-size:24px;font-weight:500;margin:0 0 8px}p{margin:0 0 16px;color:#444746}ul{padding-left:20px;color:#444746;overflow-wrap:anywhere}
label{display:flex;gap:12px;align-items:center;padding:12px 4px;border-bottom:1px solid #e3e3e3;cursor:pointer}label small{display:block;color:#5f6368}
.row{display:flex;gap:12px;justify-content:flex-end;margin-top:24px}button{font:inherit;font-weight:500;padding:10px 24px;border-radius:20px;border:1px solid #747775;background:#fff;color:#0b57d0;cursor:pointer}
button[value=allow]{background:#0b57d0;border-color:#0b57d0;color:#fff}.note{font-size:13px;color:#5f6368;margin-top:24px}
</style></head><body><main>${body}</main></body></html>`;

/** The consent page: pick an account, see what is asked, allow or cancel. Works without script. */
export function consentPage(accounts: readonly Account[], chosen: string | undefined, asked: { clientId: string; redirectUri: string; scopes: readonly string[] }, fields: Record<string, string>): string {
  const preselected = accounts.find((each) => each.email === chosen || each.sub === chosen) ?? (accounts.length === 1 ? accounts[0] : undefined);
  const choices = accounts.map((each) => `<label><input type="radio" name="account" value="${escape(each.email)}" required${each === preselected ? ' checked' : ''}>
<span>${escape(each.name)}<small>${escape(each.email)}</small></span></label>`).join('\n');
  const hidden = Object.entries(fields).map(([name, value]) => `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`).join('');
  const body = accounts.length === 0 ? '<h1>No accounts yet</h1><p>Create one with <code>POST /control/accounts</code>, then reload this page.</p>' : `
<h1>Choose an account</h1><p>to continue to <b>${escape(new URL(asked.redirectUri).host)}</b></p>
<form method="post" action="/o/oauth2/v2/auth">${hidden}${choices}
<p style="margin-top:20px">The app <b>${escape(asked.clientId)}</b> asks for:</p><ul>${asked.scopes.map((each) => `<li>${escape(each.replace('https://www.googleapis.com/auth/', ''))}</li>`).join('')}</ul>
<div class="row"><button name="decision" value="cancel" formnovalidate>Cancel</button><button name="decision" value="allow">Allow</button></div></form>`;
  return page('Sign in', `${body}<p class="note">This is a local calendar emulator, not Google. Nothing leaves this machine.</p>`);
}

/** The page for a request that cannot be sent back to its app. */
export const refusalPage = (code: string, detail: string): string =>
  page('Error', `<h1>Access blocked</h1><p>${escape(detail)}</p><p>Error 400: ${escape(code)}</p>`);
