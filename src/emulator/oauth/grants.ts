import { createHash, randomBytes } from 'node:crypto';
import type { Caller } from '../emulator.js';
import type { Store } from '../store/store.js';

/** What the consent page was answered with, until the code is exchanged. */
export interface PendingCode {
  readonly account: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly challenge?: string;
  readonly nonce?: string;
  readonly offline: boolean;
  readonly expiresMs: number;
  readonly used?: string;
}

/** A coach's lasting permission to a client. */
export interface Grant {
  readonly id: string;
  readonly account: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly secretHash: string;
  readonly revoked: boolean;
}

interface AccessToken { readonly grantId: string; readonly expiresMs: number }

export const ACCESS_LIFETIME_S = 3_599;
const CODE_LIFETIME_MS = 600_000;
const hash = (text: string): string => createHash('sha256').update(text).digest('base64url');
const secret = (prefix: string): string => prefix + randomBytes(32).toString('base64url');

/** Codes, grants and tokens. Only hashes of tokens are kept. */
export class Grants {
  constructor(private readonly store: Store) {}

  issueCode(pending: Omit<PendingCode, 'expiresMs'>): string {
    const code = secret('4/0A');
    this.store.credentials.putSync(['code', hash(code)], { ...pending, expiresMs: this.store.clock.now() + CODE_LIFETIME_MS });
    return code;
  }

  /** The code's content, once. A second use kills what the first one gave (RFC 6749 4.1.2). */
  takeCode(code: string): PendingCode | undefined {
    return this.store.transact(() => {
      const key = ['code', hash(code)];
      const pending = this.store.credentials.get(key) as PendingCode | undefined;
      if (pending === undefined) return undefined;
      if (pending.used !== undefined) {
        if (pending.used !== '') this.revoke(pending.used);
        return undefined;
      }
      this.store.credentials.putSync(key, { ...pending, used: '' });
      return pending.expiresMs > this.store.clock.now() ? pending : undefined;
    });
  }

  noteCodeGrant(code: string, grantId: string): void {
    const key = ['code', hash(code)];
    this.store.credentials.putSync(key, { ...(this.store.credentials.get(key) as PendingCode), used: grantId });
  }

  /** True if the account has consented to this client before; Google then gives no new refresh token unasked. */
  hasConsented(account: string, clientId: string): boolean {
    return this.all().some((each) => each.account === account && each.clientId === clientId && !each.revoked);
  }

  /** A new grant; with `offline` it comes with a refresh token. */
  issueGrant(pending: PendingCode, clientSecret: string, withRefresh: boolean): { grant: Grant; refreshToken?: string } {
    const grant: Grant = { id: randomBytes(12).toString('hex'), account: pending.account, clientId: pending.clientId, scopes: pending.scopes, secretHash: hash(clientSecret), revoked: false };
    this.store.credentials.putSync(['grant', grant.id], grant);
    if (!withRefresh) return { grant };
    const refreshToken = secret('1//0');
    this.store.credentials.putSync(['refresh', hash(refreshToken)], grant.id);
    return { grant, refreshToken };
  }

  issueAccess(grant: Grant): string {
    const token = secret('ya29.');
    const access: AccessToken = { grantId: grant.id, expiresMs: this.store.clock.now() + ACCESS_LIFETIME_S * 1000 };
    this.store.credentials.putSync(['access', hash(token)], access);
    return token;
  }

  byRefresh(token: string, clientId: string, clientSecret: string): Grant | undefined {
    const grant = this.grant(this.store.credentials.get(['refresh', hash(token)]) as string | undefined);
    return grant === undefined || grant.revoked || grant.clientId !== clientId || grant.secretHash !== hash(clientSecret) ? undefined : grant;
  }

  /** The grant behind a live access token, and when the token ends. */
  byAccess(token: string): { grant: Grant; expiresMs: number } | undefined {
    const access = this.store.credentials.get(['access', hash(token)]) as AccessToken | undefined;
    const grant = this.grant(access?.grantId);
    if (access === undefined || grant === undefined || grant.revoked || access.expiresMs <= this.store.clock.now()) return undefined;
    return { grant, expiresMs: access.expiresMs };
  }

  /** Ends the grant behind an access or refresh token. False if there is none. */
  revokeToken(token: string): boolean {
    const id = (this.store.credentials.get(['refresh', hash(token)]) as string | undefined) ?? (this.store.credentials.get(['access', hash(token)]) as AccessToken | undefined)?.grantId;
    const grant = this.grant(id);
    if (grant === undefined || grant.revoked) return false;
    for (const each of this.all()) if (each.account === grant.account && each.clientId === grant.clientId) this.revoke(each.id);
    return true;
  }

  /** Ends every grant of an account; returns how many were live. */
  killAll(account: string): number {
    const live = this.all().filter((each) => each.account === account && !each.revoked);
    for (const each of live) this.revoke(each.id);
    return live.length;
  }

  /** Who a bearer token speaks for; `sandbox:<address>` speaks for any existing account with all scopes. */
  caller(bearer: string): Caller | undefined {
    if (bearer.startsWith('sandbox:')) {
      const account = this.store.account(bearer.slice('sandbox:'.length));
      return account === undefined ? undefined : { account: account.email, clientId: 'sandbox' };
    }
    const found = this.byAccess(bearer);
    return found === undefined ? undefined : { account: found.grant.account, clientId: found.grant.clientId, scopes: new Set(found.grant.scopes) };
  }

  private all(): Grant[] {
    return [...this.store.credentials.getRange({ start: ['grant', ''], end: ['grant', '\uffff'] })].map(({ value }) => value as Grant);
  }

  private grant(id: string | undefined): Grant | undefined {
    return id === undefined ? undefined : (this.store.credentials.get(['grant', id]) as Grant | undefined);
  }

  private revoke(id: string): void {
    const grant = this.grant(id);
    if (grant !== undefined) this.store.credentials.putSync(['grant', id], { ...grant, revoked: true });
  }
}
