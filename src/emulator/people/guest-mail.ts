import type { Transporter } from 'nodemailer';
import { answerLetter, guestLetter, type Facing, type Letter } from './guest-letter.js';
import { noticesOf } from './notices.js';
import type { Attendee, StoredEvent } from '../store/model.js';
import type { Store } from '../store/store.js';

interface Queued { readonly letter: Letter; readonly attempts: number; readonly notBeforeMs: number }

const LONGEST_WAIT_MS = 30_000;

/** On whose behalf letters go, and how many of them (sheet 3): `all`, `externalOnly` (people without an account here), `none`. */
export interface Sending { readonly actor: string; readonly sendUpdates: string }

/**
 * Mails to guests, as `sendUpdates` asks. Letters are queued in the transaction of the write that caused them, and
 * leave the queue when the server has taken them; after a kill in between a letter may go twice under one Message-ID.
 */
export class GuestMail {
  private transport: Transporter | undefined;
  private timer: NodeJS.Timeout | undefined;
  private sending: Promise<void> | undefined;
  /** No new letter is begun; and then: the store is no longer ours to write. */
  private closed = false;
  private ended = false;

  constructor(private readonly store: Store, private readonly smtpUrl: string | undefined, private readonly log: (line: string) => void) {}

  /**
   * Queues what the guests of an event need to hear of a change; those in `exceptFor` are told otherwise. Neither whoever
   * wrote it nor the organizer is told. Use within `transact`.
   */
  announce(before: StoredEvent | undefined, after: StoredEvent, sending: Sending, exceptFor: ReadonlySet<string> = new Set()): void {
    for (const { occasion, to, row } of noticesOf(before, after)) {
      const address = to.toLowerCase();
      if (address === after.calendarId.toLowerCase() || address === after.organizer.email.toLowerCase() || exceptFor.has(address)) continue;
      if (this.isTold(to, sending)) this.queue(guestLetter(occasion, row, to, this.facing(row)));
    }
  }

  /** Queues what an organizer needs to hear of a guest's answer. Use within `transact`. */
  tellAnswer(row: StoredEvent, answer: Attendee, sending: Sending): void {
    if (this.isTold(row.organizer.email, sending)) this.queue(answerLetter(row, answer, this.facing(row)));
  }

  /** Sends what waits, one letter after another; what fails is tried again later. */
  pump(): void {
    if (this.smtpUrl === undefined || this.sending !== undefined || this.closed) return;
    clearTimeout(this.timer);
    this.sending = this.sendDue(this.smtpUrl).finally(() => {
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

  /** The connection to the server; its package is loaded with the first letter, not with the emulator. */
  private async connect(smtpUrl: string): Promise<Transporter> {
    const { createTransport } = await import('nodemailer');
    return (this.transport ??= createTransport({ url: smtpUrl, connectionTimeout: 3_000, greetingTimeout: 3_000, socketTimeout: 10_000 }));
  }

  private isTold(address: string, { actor, sendUpdates }: Sending): boolean {
    if (this.smtpUrl === undefined || sendUpdates === 'none' || address.toLowerCase() === actor) return false;
    return sendUpdates !== 'externalOnly' || this.store.account(address) === undefined;
  }

  private facing({ calendarId, id, organizer: { email, displayName } }: StoredEvent): Facing {
    return {
      zone: (this.store.calendar(email) ?? this.store.calendar(calendarId))?.timeZone ?? 'UTC',
      organizerName: displayName ?? this.store.account(email)?.name ?? email, nowMs: this.store.clock.now(), exceptions: this.store.events.exceptionsOf(calendarId, id),
    };
  }

  private queue(letter: Letter): void {
    this.store.mails.putSync(this.store.nextNumber('mail'), { letter, attempts: 0, notBeforeMs: 0 } satisfies Queued);
    setImmediate(() => this.pump());
  }

  /** False for a letter that was forgotten with everything else while another was on its way. */
  private isQueued(key: number, { messageId }: Letter): boolean {
    return (this.store.mails.get(key) as Queued | undefined)?.letter.messageId === messageId;
  }

  private async sendDue(smtpUrl: string): Promise<void> {
    for (const { key, value } of [...this.store.mails.getRange()]) {
      const { letter, attempts, notBeforeMs } = value as Queued;
      if (notBeforeMs > Date.now() || this.closed || !this.isQueued(key, letter)) continue;
      try {
        await (await this.connect(smtpUrl)).sendMail({
          from: 'Google Calendar <calendar-notification@google.example>', to: letter.to, replyTo: letter.replyTo, subject: letter.subject,
          messageId: letter.messageId, text: letter.text, html: letter.html, icalEvent: { method: letter.method, content: letter.calendar, filename: 'invite.ics' },
        });
        if (!this.ended && this.isQueued(key, letter)) this.store.mails.removeSync(key);
      } catch (error) {
        if (this.ended) return;
        if (!this.isQueued(key, letter)) continue;
        this.log(`guest mail ${letter.messageId} waits: ${error instanceof Error ? error.message : String(error)}`);
        const wait = Math.min(LONGEST_WAIT_MS, 250 * 2 ** Math.min(attempts, 10));
        this.store.mails.putSync(key, { letter, attempts: attempts + 1, notBeforeMs: Date.now() + wait } satisfies Queued);
      }
    }
  }
}
