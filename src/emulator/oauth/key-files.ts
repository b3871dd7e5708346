import { createHash, generateKeyPairSync } from 'node:crypto';
import { ensureAccount } from '../calendars/accounts.js';
import type { Emulator } from '../emulator.js';
import type { JsonObject } from '../store/model.js';
import type { Store } from '../store/store.js';

/** An account of a program. It signs in with a key of its own, and may speak for people if their domain allows it. */
export interface ServiceAccount {
  readonly email: string;
  /** Its numeric id, under which a domain's administrator allows it scopes. */
  readonly clientId: string;
  /** Its public keys as PEM, by key id. */
  readonly keys: Readonly<Record<string, string>>;
  /** Scopes for which it may speak for others, to the letter (sheet 7.6). */
  readonly delegatedScopes: readonly string[];
}

export const serviceAccountOf = (store: Store, email: string): ServiceAccount | undefined =>
  store.credentials.get(['serviceAccount', email.toLowerCase()]) as ServiceAccount | undefined;

/**
 * A service account with a new key, and with a primary calendar like any account; again: one key more, and the new
 * delegation in place of the old. Answers the file that Google offers for download once: the private key is not kept.
 */
export function createServiceAccount(emulator: Emulator, email: string, delegatedScopes: readonly string[]): JsonObject {
  const { store } = emulator, name = email.slice(0, email.indexOf('@')).toLowerCase();
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const kid = createHash('sha1').update(pem).digest('hex');
  return store.transact(() => {
    const account = ensureAccount(store, email, name, 'UTC');
    const kept: ServiceAccount = { email: account.email, clientId: account.sub, keys: { ...serviceAccountOf(store, email)?.keys, [kid]: pem }, delegatedScopes };
    store.credentials.putSync(['serviceAccount', account.email], kept);
    return {
      type: 'service_account', project_id: /@([^.]+)\./.exec(account.email)?.[1] ?? name, private_key_id: kid,
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), client_email: account.email, client_id: account.sub,
      auth_uri: `${emulator.url()}/o/oauth2/v2/auth`, token_uri: `${emulator.url()}/token`,
      auth_provider_x509_cert_url: `${emulator.url()}/oauth2/v1/certs`, universe_domain: 'googleapis.com',
    };
  });
}
