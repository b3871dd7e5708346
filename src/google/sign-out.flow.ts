import { inTx } from '../postgres/transaction.js';
import type { Shell } from '../work/shell.port.js';
import { endSignIn } from './grant.store.js';

/** Ends one browser's sign-in. */
export const signOut = (shell: Shell, tokenHash: Buffer): Promise<number> => inTx(shell.db, 'commit sign-in', (tx) => endSignIn(tx, tokenHash));
