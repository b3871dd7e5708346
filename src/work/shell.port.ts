import type { GoogleCalendar } from '../google/google.port.js';
import type { Farewell } from '../google/oauth.port.js';
import type { Clock } from '../kernel/clock.port.js';
import type { CoachId } from '../kernel/ids.js';
import type { Instant } from '../kernel/interval.js';
import type { Db } from '../postgres/transaction.js';
import type { Claim } from './claim.js';

/** What every flow is given: the database, the time, a coach's Google, and who we are. */
export interface Shell {
  readonly db: Db;
  readonly clock: Clock;
  /** @throws Problem GOOGLE_GRANT_REVOKED when the coach has no working grant. */
  readonly google: (coachId: CoachId) => Promise<GoogleCalendar>;
  /** The last calls for a permission that is given back, by its refresh token. */
  readonly farewell: (refreshToken: string) => Farewell;
  readonly mail: MailPort;
  readonly keys: Keyring;
  /** Where people and Google reach us, without a trailing slash. */
  readonly publicUrl: string;
  /** Where Google's pushes can reach us; null: only polling is possible. */
  readonly pushAddress: string | null;
  /** How often Google may be asked in a day, by the whole installation. */
  readonly googleCallsPerDay: number;
  /** The address our mails come from. */
  readonly mailFrom: string;
  readonly owner: string;
  readonly leaseMs: number;
}

/** Seals secrets and signs links. Keys have ids; the first is current, all open. */
export interface Keyring {
  /** The ids of the keys, the current one first. */
  readonly ids: readonly [string, ...string[]];
  seal(secret: string): string;
  /** @throws Problem SECRET_UNREADABLE */
  open(sealed: string): string;
  /** 32 bytes of HMAC over `purpose` and `text`, under the key with that id (default: the current one); null if the key is unknown. */
  sign(purpose: string, text: string, keyId?: string): { keyId: string; mac: Buffer } | null;
}

/** One mail, ready to be sent. `calendar`: an iCalendar object that goes along as one more form of the same message (RFC 6047). */
export interface Envelope {
  readonly messageId: string; readonly date: Instant; readonly from: { name: string; address: string }; readonly to: { name: string; address: string }; readonly replyTo: { name: string; address: string } | null;
  /** The earlier messages of the conversation, the first one first. */
  readonly references: readonly string[];
  readonly subject: string; readonly text: string; readonly html: string; readonly calendar: { readonly method: 'REQUEST' | 'CANCEL'; readonly text: string } | null;
}
export interface MailPort {
  /** Hands the mail to the SMTP server. @throws Problem SMTP_UNREACHABLE, SMTP_REFUSED_FOR_NOW, SMTP_REFUSED_ADDRESS */
  send(mail: Envelope): Promise<void>;
}

/** What one piece of work did, for the log. */
export interface Report {
  readonly outcome: 'done' | 'nothing' | 'again' | 'stopped';
  readonly counts?: Readonly<Record<string, number>>;
  /** What the step was, in a word or two: "moved", "asked to wait". */
  readonly did?: string;
}
export type Worker = (shell: Shell, claim: Claim) => Promise<Report>;
