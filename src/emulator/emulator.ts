import type { CopyQueue } from './people/copy-queue.js';
import type { GuestMail } from './people/guest-mail.js';
import type { Pushes } from './push/pushes.js';
import type { Quotas } from './http/quotas.js';
import type { Rules } from './control/rules.js';
import type { Store } from './store/store.js';
import type { TokenKeys } from './oauth/token-keys.js';

/** Everything a route may need. */
export interface Emulator {
  readonly store: Store;
  readonly pushes: Pushes;
  readonly mail: GuestMail;
  readonly copies: CopyQueue;
  readonly rules: Rules;
  readonly quotas: Quotas;
  readonly keys: TokenKeys;
  /** Address under which clients reach it, without a slash at the end. */
  readonly url: () => string;
  /** OAuth clients whose secret is fixed; any other id is accepted with whatever secret it first brings. */
  readonly oauthClients: Readonly<Record<string, string>>;
}
