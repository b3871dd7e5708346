import type { KeyObject } from 'node:crypto';
import nodemailer from 'nodemailer';
import type SMTPPool from 'nodemailer/lib/smtp-pool/index.js';
import { tookEffect } from '../kernel/effects.js';
import { Problem } from '../kernel/problem.js';
import { refuseInsideTransaction } from '../postgres/transaction.js';
import type { MailPort } from '../work/shell.port.js';

/** The Problem that an SMTP failure means: 5xx on the recipient is for good, 4xx is for now, anything else: not reached. */
function translate(error: unknown): Problem {
  const { responseCode, command } = (typeof error === 'object' && error !== null ? error : {}) as { responseCode?: number; command?: string };
  if (responseCode !== undefined && responseCode >= 500 && command === 'RCPT TO') return new Problem('SMTP_REFUSED_ADDRESS', 'The mail server refuses this address.', { responseCode }, error);
  if (responseCode !== undefined) return new Problem('SMTP_REFUSED_FOR_NOW', 'The mail server does not take the mail now.', { responseCode, command }, error);
  return new Problem('SMTP_UNREACHABLE', 'The mail server cannot be reached.', {}, error);
}

/** What signs our mail (DKIM). */
interface Signer { readonly domain: string; readonly selector: string; readonly key: KeyObject }

/** Mail through the SMTP server at `url`; pooled connections, ten seconds for each answer. With a `signer` each mail is signed (DKIM, RFC 6376). */
export function smtpMail(url: string, signer?: Signer): MailPort & { close(): void } {
  const transport = nodemailer.createTransport({
    url, pool: true, maxConnections: 2, connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000, disableFileAccess: true, disableUrlAccess: true,
    ...(signer && { dkim: { domainName: signer.domain, keySelector: signer.selector, privateKey: signer.key.export({ type: 'pkcs8', format: 'pem' }).toString() } }),
  } as SMTPPool.Options);
  return {
    async send(mail) {
      refuseInsideTransaction('smtp send');
      try {
        await transport.sendMail({
          messageId: mail.messageId, date: new Date(mail.date), from: mail.from, to: mail.to, ...(mail.replyTo && { replyTo: mail.replyTo }),
          ...(mail.references.length > 0 && { inReplyTo: mail.references.at(-1), references: [...mail.references] }),
          subject: mail.subject, text: mail.text, html: mail.html,
          ...(mail.calendar && { alternatives: [{ contentType: `text/calendar; charset=utf-8; method=${mail.calendar.method}`, content: mail.calendar.text }] }),
          // Neither line invites an answer by a machine (RFC 3834; the second is Exchange's word for it).
          headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        });
      } catch (error) {
        throw translate(error);
      }
      tookEffect('smtp send');
    },
    close: () => transport.close(),
  };
}
