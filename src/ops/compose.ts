/** The only place that knows every part: settings in, a shell and its workers out. */
import type { DaemonSettings } from '../../config/settings.js';
import { disconnectionWorker } from '../google/disconnect.flow.js';
import { farewell, googleByGrant, googleOauth } from '../google/oauth.adapter.js';
import type { OauthPort } from '../google/oauth.port.js';
import type { Clock } from '../kernel/clock.port.js';
import { deliver } from '../mail/deliver.flow.js';
import { smtpMail } from '../mail/smtp.adapter.js';
import { followCalendarList } from '../mirror/calendar-list.flow.js';
import { pull } from '../mirror/pull.flow.js';
import { tendChannel } from '../mirror/watch.flow.js';
import { openPool } from '../postgres/pool.js';
import { attendInbox } from '../requests/inbox.flow.js';
import { lookOut } from '../requests/look-out.flow.js';
import { makeInbox } from '../requests/make-inbox.flow.js';
import { attendRequest } from '../requests/wait.flow.js';
import { advanceResolution } from '../resolution/advance.flow.js';
import { advanceLandingRow } from '../resolution/land.flow.js';
import { leaseOwner } from '../work/due.store.js';
import type { Workers } from '../work/run-due.flow.js';
import type { Shell } from '../work/shell.port.js';
import { keyring } from './keyring.js';
import { systemClock } from './system-clock.js';

export const WORKERS: Workers = {
  landings: advanceLandingRow,
  resolutions: advanceResolution,
  requests: attendRequest,
  lookouts: lookOut,
  outbox: deliver,
  calendar_lists: followCalendarList,
  calendars: pull,
  channels: tendChannel,
  disconnections: disconnectionWorker,
  inbox_events: attendInbox,
  inboxes: makeInbox,
};

export interface Composed { readonly shell: Shell; readonly oauth: OauthPort; readonly close: () => Promise<void> }

/** Puts one thread's parts together. Each thread has a pool of its own, of `connections` at most. */
export function compose(settings: DaemonSettings, thread: string, options: { clock?: Clock; connections?: number } = {}): Composed {
  const clock = options.clock ?? systemClock;
  const db = openPool(settings.databaseUrl, options.connections ?? 4);
  const keys = keyring(settings.secretKeys);
  const mail = smtpMail(settings.smtpUrl, settings.dkim);
  const mailFrom = /<([^<>]+)>/.exec(settings.mailFrom)?.[1] ?? settings.mailFrom;
  const owner = leaseOwner(thread);
  const shell: Shell = {
    db, clock, keys, mail, mailFrom, owner,
    google: googleByGrant({ db, keys, google: settings.google, clock, owner, mailFrom }),
    farewell: farewell(settings.google),
    publicUrl: settings.publicUrl,
    pushAddress: settings.pushUrl === undefined ? null : `${settings.pushUrl}/google/push`,
    googleCallsPerDay: settings.googleCallsPerDay,
    leaseMs: settings.leaseMs,
  };
  return { shell, oauth: googleOauth(settings.google, settings.publicUrl, clock), close: async () => { mail.close(); await db.destroy(); } };
}
