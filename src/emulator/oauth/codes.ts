import { hashOf, mintSecret } from './secret.js';
import type { Challenge } from './pkce.js';
import type { Store } from '../store/store.js';

/** What a person answered on the consent page, until the app fetches it. */
export interface PendingCode {
  readonly account: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly challenge?: Challenge;
  readonly nonce?: string;
  /** The app asked for `access_type=offline`. */
  readonly isOffline: boolean;
  /** A refresh token comes with it. */
  readonly withRefresh: boolean;
  /** End of what it gives, for consents of a limited time. */
  readonly endsMs?: number;
}

interface KeptCode extends PendingCode {
  readonly expiresMs: number;
  readonly isSpent: boolean;
  /** The grant that it was exchanged for. */
  readonly grantId?: number;
}

const CODE_LIFETIME_MS = 600_000;

/** A new code, good for ten minutes and one exchange. */
export function issueCode(store: Store, pending: PendingCode): string {
  const code = mintSecret('4/0A');
  store.credentials.putSync(['code', hashOf(code)], { ...pending, expiresMs: store.clock.now() + CODE_LIFETIME_MS, isSpent: false } satisfies KeptCode);
  return code;
}

/** What came of a code before. */
interface Spent { readonly gave: { readonly account: string; readonly clientId: string; readonly id: number } | undefined }

/** The content of a code, once; else what an earlier use of it gave, if anything. Use within `transact`. */
export function takeCode(store: Store, code: string): PendingCode | Spent {
  const key = ['code', hashOf(code)];
  const kept = store.credentials.get(key) as KeptCode | undefined;
  if (kept === undefined) return { gave: undefined };
  if (kept.isSpent) return { gave: kept.grantId === undefined ? undefined : { account: kept.account, clientId: kept.clientId, id: kept.grantId } };
  store.credentials.putSync(key, { ...kept, isSpent: true });
  return kept.expiresMs > store.clock.now() ? kept : { gave: undefined };
}

/** Notes what a code was exchanged for, so that a second use can end it (RFC 6749 4.1.2). Use within `transact`. */
export function noteGrant(store: Store, code: string, grantId: number): void {
  const key = ['code', hashOf(code)];
  store.credentials.putSync(key, { ...(store.credentials.get(key) as KeptCode), grantId });
}
