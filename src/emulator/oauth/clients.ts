import { hashOf } from './secret.js';
import type { Emulator } from '../emulator.js';
import type { Store } from '../store/store.js';

/** An app as its owner registered it. Ids that nobody registered work too, with whatever secret they first bring. */
export interface Client {
  readonly id: string;
  readonly secretHash?: string;
  /** If given, a request must name one of them to the letter. */
  readonly redirectUris?: readonly string[];
  /** In `testing`, what people grant ends after 7 days (sheet 7.3). */
  readonly publishing: 'production' | 'testing';
  /** Domain of the one organisation whose accounts may use it. */
  readonly internalTo?: string;
  /** Not verified by Google: only the first hundred accounts may grant it anything but their identity. */
  readonly isUnverified?: true;
  readonly isDeleted?: true;
}

/** Keeps a client, in place of what was known of it. */
export function keepClient(store: Store, client: Client): void {
  store.credentials.putSync(['client', client.id], client);
}

export const clientOf = (store: Store, id: string): Client | undefined => store.credentials.get(['client', id]) as Client | undefined;

/** How a client's secret is wrong: nothing is known against it, it is missing, or it is another. */
export function faultOfSecret(emulator: Emulator, id: string, client: Client | undefined, secret: string | undefined): 'missing' | 'wrong' | undefined {
  const fixed = Object.hasOwn(emulator.oauthClients, id) ? emulator.oauthClients[id] : undefined;
  const wanted = client?.secretHash ?? (fixed === undefined ? undefined : hashOf(fixed));
  if (wanted === undefined) return undefined;
  if (secret === undefined) return 'missing';
  return hashOf(secret) === wanted ? undefined : 'wrong';
}

const MOST_USERS = 100;

/** Counts an account that grants something to an unverified app for the first time; false if there are a hundred before it (sheet 7.4). Use within `transact`. */
export function admitUser(store: Store, client: Client): boolean {
  const count = (store.credentials.get(['users', client.id]) as number | undefined) ?? 0;
  if (count >= MOST_USERS) return false;
  store.credentials.putSync(['users', client.id], count + 1);
  return true;
}
