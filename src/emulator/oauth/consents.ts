import type { Store } from '../store/store.js';

/** What an account has allowed a client, over all its requests. Tokens come and go; this stays until it is taken back. */
export interface Consent {
  readonly account: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** Set for a consent that was given for a limited time. */
  readonly endsMs?: number;
}

/** The consent of an account to a client; undefined if there is none, or its time is over. */
export function consentOf(store: Store, account: string, clientId: string): Consent | undefined {
  const consent = store.credentials.get(['consent', account, clientId]) as Consent | undefined;
  return consent?.endsMs !== undefined && consent.endsMs <= store.clock.now() ? undefined : consent;
}

export function keepConsent(store: Store, consent: Consent): void {
  store.credentials.putSync(['consent', consent.account, consent.clientId], consent);
}

/** Forgets what an account allowed one client, or all of them. */
export function dropConsents(store: Store, account: string, clientId?: string): void {
  const place = ['consent', account];
  const keys = clientId === undefined ? [...store.credentials.getKeys({ start: place, end: [...place, '\uffff'] })] : [[...place, clientId]];
  for (const key of keys) store.credentials.removeSync(key);
}
