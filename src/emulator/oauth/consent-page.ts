import type { Asked, Blocked } from './authorization-request.js';
import { escape, page } from './page.js';
import { sayScope } from './scope-words.js';
import { isIdentity } from './scopes.js';
import type { Account } from '../store/model.js';

/** The form field of the scopes that a person left ticked. */
export const GRANTED = 'granted';

const row = (input: string, words: string, small: string): string =>
  `<label class="row">${input}<span>${escape(words)}<small>${escape(small)}</small></span></label>`;

function choices(people: readonly Account[], chosen: Account | undefined): string {
  const radio = (each: Account): string => `<input type="radio" name="account" value="${escape(each.email)}" required${each === chosen ? ' checked' : ''}>`;
  const rows = people.map((each) => row(radio(each), each.name, each.email));
  return `<fieldset><div class="list">${rows.join('\n')}</div></fieldset>`;
}

/** What is asked; with a tick for each scope if there are several to choose from, as at Google. */
function wishes(asked: Asked): string {
  const isChoice = asked.scopes.filter((each) => !isIdentity(each)).length > 1;
  const rows = asked.scopes.map((scope) => {
    const { words, name } = sayScope(scope);
    if (isChoice && !isIdentity(scope)) return row(`<input type="checkbox" name="${GRANTED}" value="${escape(scope)}" checked>`, words, name);
    return `<div class="row"><span>${escape(words)}<small>${escape(name)}</small></span></div>`;
  });
  // A browser sends nothing for a box without a tick; this one tells that there were boxes.
  const marker = isChoice ? `<input type="checkbox" name="${GRANTED}" value="" checked hidden>` : '';
  return `<fieldset><legend>The app <b>${escape(asked.clientId)}</b> asks to:</legend>${marker}<div class="list">${rows.join('\n')}</div></fieldset>`;
}

/** The consent page: pick an account, see what is asked, allow or cancel. `carried` are the parameters of the request. */
export function consentPage(people: readonly Account[], chosen: Account | undefined, asked: Asked, carried: readonly (readonly [string, string])[]): string {
  if (people.length === 0) return page('Sign in', '<h1>No accounts yet</h1><p>Create one with <code>POST /control/accounts</code>, then reload this page.</p>');
  const hidden = carried.map(([name, value]) => `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`).join('');
  return page('Sign in', `
<h1>Choose an account</h1><p>to continue to <b>${escape(new URL(asked.redirectUri).host)}</b></p>
<form method="post" action="/o/oauth2/v2/auth">${hidden}${choices(people, chosen)}
${wishes(asked)}
<div class="buttons"><button name="decision" value="cancel" formnovalidate>Cancel</button><button name="decision" value="allow">Allow</button></div></form>`);
}

/** The page for a request that cannot be sent back to its app. */
export const blockedPage = ({ status, code, detail }: Blocked): string =>
  page('Error', `<h1>Access blocked</h1><p>${escape(detail)}</p><p>Error ${String(status)}: ${escape(code)}</p>`);
