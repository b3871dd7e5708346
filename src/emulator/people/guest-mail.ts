import { isDeepStrictEqual } from 'node:util';
import nodemailer, { type Transporter } from 'nodemailer';
import { guestLetter, type Letter, type Occasion } from './guest-letter.js';
import type { EventContent, StoredEvent } from '../store/model.js';
import type { Store } from '../store/store.js';

interface Queued { readonly letter: Letter; readonly attempts: number; readonly notBeforeMs: number }

const LONGEST_WAIT_MS = 30_000;

/** What guests are told about; a change of anything else mails nobody. */
const told = (content: EventContent): unknown[] => [content.start, content.end, content.recurrence, content.summary, content.location, content.description];

/**
 * Mails to guests, as `sendUpdates` asks. Letters are queued in the transaction of the write that caused them, and
 * leave the queue when the server has taken them; after a kill in between a letter may go twice under one Message-ID.
 */
export class GuestMail {
  private readonly transport: Transporter | undefined;
  private timer: NodeJS.Timeout | undefined;
  private sending: Promise<void> | undefined;
  /** No new letter is begun; and then: the store is no longer ours to write. */
  private closed = false;
  private ended = false;

  constructor(private readonly store: Store, smtpUrl: string | undefined, private readonly log: (line: string) => void) {
    this.transport = smtpUrl === undefined ? undefined : nodemailer.createTransport({ url: smtpUrl, connectionTimeout: 3_000, greetingTimeout: 3_000, socketTimeout: 10_000 });
  }

  /** Queues what the guests of an organizer's event need to hear. Use within `transact`. */
  announce(before: StoredEvent | undefined, after: StoredEvent, call: { actor: string; sendUpdates: string }): void {
    if (this.transport === undefined || call.sendUpdates === 'none') return;
    const zone = this.store.calendar(after.calendarId)?.timeZone ?? 'UTC';
    const { email, displayName } = after.organizer;
    const organizerName = displayName ?? this.store.account(email)?.name ?? email;
    const guestsOf = (row: StoredEvent | undefined): Map<string, string> =>
      new Map((row === undefined || row.content.status === 'cancelled' ? [] : row.content.attendees ?? []).map((each) => [each.email.toLowerCase(), each.email]));
    const [were, are] = [guestsOf(before), guestsOf(after)];
    const changed = before !== undefined && !isDeepStrictEqual(told(before.content), told(after.content));
    const queue = (occasion: Occasion, row: StoredEvent, address: string, shown: string): void => {
      if (address === call.actor || address === after.calendarId) return;
      if (call.sendUpdates === 'externalOnly' && this.store.account(address) !== undefined) return;
      const letter = guestLetter(occasion, { ...row, sequence: after.sequence }, shown, { zone, organizerName, nowMs: this.store.clock.now() });
      this.store.mails.putSync(this.store.nextNumber('mail'), { letter, attempts: 0, notBeforeMs: 0 } satisfies Queued);
    };
    for (const [address, shown] of are) {
      if (!were.has(address)) queue('Invitation', after, address, shown);
      else if (changed) queue('Updated invitation', after, address, shown);
    }
    for (const [address, shown] of were) if (!are.has(address) && before !== undefined) queue('Canceled event', before, address, shown);
    setImmediate(() => this.pump());
  }

  /** Sends what waits, one letter after another; what fails is tried again later. */
  pump(): void {
    if (this.transport === undefined || this.sending !== undefined || this.closed) return;
    clearTimeout(this.timer);
    this.sending = this.sendDue(this.transport).finally(() => {
      this.sending = undefined;
      if (this.closed) return;
      const [next] = [...this.store.mails.getRange()].map(({ value }) => (value as Queued).notBeforeMs).sort((a, b) => a - b);
      if (next !== undefined) this.timer = setTimeout(() => this.pump(), Math.max(0, next - Date.now()));
    });
  }

  /** How many letters wait. */
  waiting(): number {
    return this.store.mails.getCount();
  }

  /** Stops sending; what waits is sent by the next run. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await Promise.race([this.sending, new Promise((resolve) => setTimeout(resolve, 400).unref())]);
    this.ended = true;
    this.transport?.close();
  }

  private async sendDue(transport: Transporter): Promise<void> {
    for (const { key, value } of [...this.store.mails.getRange()]) {
      const { letter, attempts, notBeforeMs } = value as Queued;
      if (notBeforeMs > Date.now() || this.closed) continue;
      try {
        await transport.sendMail({
          from: 'Google Calendar <calendar-notification@google.example>', to: letter.to, replyTo: letter.replyTo, subject: letter.subject,
          messageId: letter.messageId, text: letter.text, html: letter.html, icalEvent: { method: letter.method, content: letter.calendar, filename: 'invite.ics' },
        });
        if (!this.ended) this.store.mails.removeSync(key);
      } catch (error) {
        if (this.ended) return;
        this.log(`guest mail ${letter.messageId} waits: ${error instanceof Error ? error.message : String(error)}`);
        const wait = Math.min(LONGEST_WAIT_MS, 250 * 2 ** Math.min(attempts, 10));
        this.store.mails.putSync(key, { letter, attempts: attempts + 1, notBeforeMs: Date.now() + wait } satisfies Queued);
      }
    }
  }
}
