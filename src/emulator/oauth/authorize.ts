import { isHinted, PARAMETERS, readAsked, type Asked, type Blocked } from './authorization-request.js';
import { admitUser } from './clients.js';
import { issueCode } from './codes.js';
import { consentOf, keepConsent } from './consents.js';
import { blockedPage, consentPage, GRANTED } from './consent-page.js';
import { organisationOf } from './id-token.js';
import { endOfConsent } from './lifetime.js';
import { isRestricted, policyOf } from './policy.js';
import { isIdentity, union } from './scopes.js';
import { serviceAccountOf } from './key-files.js';
import type { Emulator } from '../emulator.js';
import type { Answer } from '../http/answer.js';
import type { Account } from '../store/model.js';
import type { Store } from '../store/store.js';

const block = (blocked: Blocked): Answer => ({ status: blocked.status, html: blockedPage(blocked) });

/** Sends the browser back to the app. */
function goBack(asked: Asked, answer: Readonly<Record<string, string>>): Answer {
  const back = new URL(asked.redirectUri);
  if (asked.state !== undefined) back.searchParams.set('state', asked.state);
  for (const [name, value] of Object.entries(answer)) back.searchParams.set(name, value);
  return { status: 302, headers: { location: back.href } };
}

/** The people who can sign in; with `hd` those of one organisation, `*` meaning any. */
function peopleFor(store: Store, hd: string | undefined): Account[] {
  return store.allAccounts().filter(({ email, state }) => {
    const organisation = organisationOf(email);
    return state === undefined && serviceAccountOf(store, email) === undefined && (hd === undefined || (hd === '*' ? organisation !== undefined : organisation === hd));
  });
}

/** GET /o/oauth2/v2/auth: shows the consent page, and changes nothing; with `prompt=none` goes back at once. */
export function showConsent(emulator: Emulator, params: URLSearchParams, userAgent: string): Answer {
  const { store } = emulator;
  const asked = readAsked(store, params, userAgent);
  if ('code' in asked) return block(asked);
  const people = peopleFor(store, asked.hd);
  const only = people.length === 1 ? people[0] : undefined;
  const account = people.find((each) => isHinted(asked.loginHint, each)) ?? only;
  if (asked.prompts.has('none')) {
    if (account === undefined) return goBack(asked, { error: 'login_required' });
    const known = consentOf(store, account.email, asked.clientId)?.scopes ?? [];
    return asked.scopes.every((each) => known.includes(each)) ? grant(store, asked, account, asked.scopes) : goBack(asked, { error: 'interaction_required' });
  }
  const carried = PARAMETERS.flatMap((name) => { const value = params.get(name); return value === null ? [] : [[name, value] as const]; });
  return { status: 200, html: consentPage(people, asked.prompts.has('select_account') ? undefined : account, asked, carried) };
}

/** POST /o/oauth2/v2/auth: takes the decision and sends the browser back with a code, or with `access_denied`. */
export function decideConsent(emulator: Emulator, form: URLSearchParams, userAgent: string): Answer {
  const { store } = emulator;
  const asked = readAsked(store, form, userAgent);
  if ('code' in asked) return block(asked);
  if (form.get('decision') !== 'allow') return goBack(asked, { error: 'access_denied' });
  const address = form.get('account')?.toLowerCase();
  const account = peopleFor(store, undefined).find((each) => each.email === address);
  if (account === undefined) return block({ status: 400, code: 'invalid_request', detail: 'Choose one of the accounts.' });
  // A page without boxes, or a program in place of a person, says nothing of scopes: then all are meant.
  const ticked = form.has(GRANTED) ? form.getAll(GRANTED) : asked.scopes;
  const scopes = asked.scopes.filter((each) => isIdentity(each) || ticked.includes(each));
  return scopes.length === 0 ? goBack(asked, { error: 'access_denied' }) : grant(store, asked, account, scopes);
}

/** Why this account may not use this app (sheet 7.1); undefined if it may. */
function faultOfAccount(store: Store, { client }: Asked, account: Account, scopes: readonly string[]): Blocked | undefined {
  if (client?.internalTo !== undefined && organisationOf(account.email) !== client.internalTo) {
    return { status: 403, code: 'org_internal', detail: 'This app can only be used within its own organization.' };
  }
  if (!isRestricted(policyOf(store, account.email), scopes)) return undefined;
  return { status: 400, code: 'admin_policy_enforced', detail: 'The administrator of this account does not allow this app.' };
}

/** Keeps the consent and goes back with a code for it. */
function grant(store: Store, asked: Asked, account: Account, chosen: readonly string[]): Answer {
  return store.transact(() => {
    const { client, clientId, challenge, nonce } = asked;
    const before = consentOf(store, account.email, clientId);
    const scopes = asked.includesGranted ? union(chosen, before?.scopes ?? []) : chosen;
    const fault = faultOfAccount(store, asked, account, scopes);
    if (fault !== undefined) return block(fault);
    if (client?.isUnverified === true && before === undefined && !scopes.every(isIdentity) && !admitUser(store, client)) {
      return block({ status: 403, code: 'access_denied', detail: 'Sign-in is disabled for this app: it is not verified, and a hundred people use it already.' });
    }
    // Google gives a refresh token when somebody consents, not when they are only recognised.
    const consents = asked.prompts.has('consent') || scopes.some((each) => before?.scopes.includes(each) !== true);
    const endsMs = consents ? endOfConsent(client, policyOf(store, account.email), scopes, store.clock.now()) : before?.endsMs;
    const ends = endsMs === undefined ? {} : { endsMs };
    keepConsent(store, { account: account.email, clientId, scopes: union(before?.scopes ?? [], scopes), ...ends });
    const code = issueCode(store, {
      account: account.email, clientId, redirectUri: asked.redirectUri, scopes, isOffline: asked.isOffline, withRefresh: asked.isOffline && consents, ...ends,
      ...(challenge === undefined ? {} : { challenge }), ...(nonce === undefined ? {} : { nonce }),
    });
    const organisation = organisationOf(account.email);
    return goBack(asked, {
      code, scope: scopes.join(' '), authuser: '0', ...(organisation === undefined ? {} : { hd: organisation }),
      prompt: [...asked.prompts].join(' ') || (consents ? 'consent' : 'none'),
    });
  });
}
