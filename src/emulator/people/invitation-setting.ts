import { createHash } from 'node:crypto';
import { sameAddress } from '../events/attendees.js';
import type { StoredEvent } from '../store/model.js';
import type { Store } from '../store/store.js';

/** Whose invitations an account lets onto its calendar by themselves (sheet 3.5). */
export interface InvitationSetting {
  readonly from: 'everyone' | 'knownSenders' | 'afterReply';
  /** Addresses that are known, beside everybody of the account's own domain. */
  readonly known?: readonly string[];
}

const domainOf = (email: string): string => email.slice(email.indexOf('@') + 1).toLowerCase();
const settingKey = (email: string): string => `invitations:${email.toLowerCase()}`;
/** Where it is noted that somebody replied to an invitation. */
export const replyKey = (email: string, iCalUID: string): string => `replied:${createHash('sha1').update(`${email.toLowerCase()} ${iCalUID}`).digest('base64url')}`;

/** Sets from whom an account takes invitations. Those that are on its calendar stay. */
export const setInvitations = (store: Store, email: string, setting: InvitationSetting): void =>
  store.transact(() => { store.meta.putSync(settingKey(email), setting); });

/** True if a guest who has no copy of this event gets one now: by their setting, or because they have replied to the mail. */
export function appearsFor(store: Store, email: string, { organizer, iCalUID }: StoredEvent): boolean {
  const { from, known = [] } = (store.meta.get(settingKey(email)) as InvitationSetting | undefined) ?? { from: 'everyone' };
  if (from === 'everyone' || store.meta.get(replyKey(email, iCalUID)) === true) return true;
  return from === 'knownSenders' && (domainOf(organizer.email) === domainOf(email) || known.some((each) => sameAddress(each, organizer.email)));
}
