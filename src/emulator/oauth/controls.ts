import { z } from 'zod';
import { ok, type Control } from '../control/route.js';
import { keepClient } from './clients.js';
import { grantsOf, killGrants, type Grant } from './grants.js';
import { ISSUER } from './id-token.js';
import { hashOf } from './secret.js';
import { createServiceAccount } from './key-files.js';
import { changePassword, layDown, setState } from './standing.js';
import type { ControlCall } from '../control/route.js';
import type { Answer } from '../http/answer.js';
import type { Account, JsonObject } from '../store/model.js';

const newClient = z.strictObject({
  id: z.string().regex(/^[\x21-\x7e]{1,255}$/), secret: z.string().min(1).optional(), redirectUris: z.array(z.url()).optional(),
  publishing: z.enum(['production', 'testing']).default('production'), internalTo: z.string().toLowerCase().optional(),
  deleted: z.boolean().default(false), verified: z.boolean().default(true),
});
const killed = z.strictObject({ email: z.string().toLowerCase(), clientId: z.string().optional() });
const standing = z.strictObject({ state: z.enum(['active', 'disabled', 'deleted']) });
const newPolicy = z.strictObject({ restrictedScopes: z.array(z.string()).optional(), consentSeconds: z.int().min(1).optional() });
const nothing = z.strictObject({});
const newToken = z.strictObject({ claims: z.record(z.string(), z.json()) });
const newServiceAccount = z.strictObject({ email: z.email().toLowerCase(), delegation: z.strictObject({ scopes: z.array(z.string()) }).default({ scopes: [] }) });

/** Without the fields that are undefined. */
type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> };
const given = <T extends object>(fields: T): Given<T> => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>;

/** A control call about the account that its path names; 404 if there is none. */
const aboutAccount = (answer: (account: Account, call: ControlCall) => Answer) => (call: ControlCall): Answer => {
  const account = call.emulator.store.account(call.path[0] ?? '');
  return account === undefined ? { status: 404, json: { error: 'no such account' } } : answer(account, call);
};

function registerClient({ emulator: { store }, body }: ControlCall): Answer {
  const { id, secret, redirectUris, publishing, internalTo, deleted, verified } = newClient.parse(body);
  keepClient(store, {
    id, publishing, ...given({ redirectUris, internalTo }), ...(secret === undefined ? {} : { secretHash: hashOf(secret) }),
    ...(deleted ? { isDeleted: true } : {}), ...(verified ? {} : { isUnverified: true }),
  });
  return ok({ id, redirectUris: redirectUris ?? null, publishing, internalTo: internalTo ?? null, deleted, verified });
}

function listGrants({ emulator: { store }, url }: ControlCall): Answer {
  const email = z.string().toLowerCase().parse(url.searchParams.get('email'));
  const show = ({ clientId, scopes, issuedMs, usedMs, endsMs }: Grant): JsonObject => ({ clientId, scopes: [...scopes], issuedMs, usedMs, endsMs: endsMs ?? null });
  return ok({ grants: grantsOf(store, email).map(show) });
}

function signToken({ emulator: { keys, store }, body }: ControlCall): Answer {
  const iat = Math.floor(store.clock.now() / 1000);
  return ok({ idToken: keys.sign({ iss: ISSUER, iat, exp: iat + 3_600, ...newToken.parse(body).claims }) });
}

/** Control calls about apps, grants and keys, and about what people do elsewhere that ends grants. */
export const grantControls: readonly Control[] = [
  {
    method: 'POST', path: '/clients', answer: registerClient,
    says: '{id, secret?, redirectUris?, publishing? = production | testing, internalTo?: domain, deleted?, verified?}: registers an app, in place of what was known of it',
  },
  {
    method: 'POST', path: '/grants/kill', says: '{email, clientId?}: the account takes back what it granted: refresh and access tokens die',
    answer: ({ emulator, body }) => { const { email, clientId } = killed.parse(body); return ok({ killed: killGrants(emulator.store, email, clientId) }); },
  },
  {
    method: 'GET', path: '/grants', answer: listGrants,
    says: '?email=: {grants: [{clientId, scopes, issuedMs, usedMs, endsMs}]}, live refresh tokens without their secrets',
  },
  {
    method: 'POST', path: '/accounts/:email/password', says: '{}: a new password; grants with Gmail scopes end. {ended}',
    answer: aboutAccount((account, { emulator, body }) => { nothing.parse(body ?? {}); return ok({ ended: changePassword(emulator.store, account) }); }),
  },
  {
    method: 'POST', path: '/accounts/:email/state', says: '{state: active | disabled | deleted}: no token of an account that is not active works',
    answer: aboutAccount((account, { emulator, body }) => { setState(emulator.store, account, standing.parse(body).state); return { status: 204 }; }),
  },
  {
    method: 'POST', path: '/accounts/:email/policy',
    says: '{restrictedScopes?, consentSeconds?}: scopes that no app may have, and how long new consents last; in place of the policy before',
    answer: aboutAccount((account, { emulator, body }) => { layDown(emulator.store, account, given(newPolicy.parse(body))); return { status: 204 }; }),
  },
  {
    method: 'POST', path: '/keys/rotate', says: '{}: the next key signs id tokens; the one before stays published. {kids}',
    answer: ({ emulator, body }) => { nothing.parse(body ?? {}); return ok({ kids: emulator.keys.rotate() }); },
  },
  {
    method: 'POST', path: '/id-tokens', answer: signToken,
    says: '{claims}: any claims signed with the emulator’s key (iss, iat and exp are filled in if absent). {idToken}',
  },
  {
    method: 'POST', path: '/service-accounts', says: '{email, delegation?: {scopes}}: a service account with a calendar; answers its key file. Again: one key more',
    answer: ({ emulator, body }) => { const { email, delegation } = newServiceAccount.parse(body); return ok(createServiceAccount(emulator, email, delegation.scopes)); },
  },
];
