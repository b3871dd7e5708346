import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { simpleParser, type ParsedMail } from 'mailparser';
import { writeWhole } from './files.js';

/** One mail that the catcher took, as it is written to `<data dir>/mail`. */
export interface CaughtMail {
  /** Rises in order of arrival and sorts as text. */
  readonly id: string;
  /** When it was taken, RFC 3339 in UTC. */
  readonly time: string;
  /** As in the From header. */
  readonly from: string;
  /** Addresses that the envelope named: who gets it, whatever the headers say. */
  readonly to: readonly string[];
  readonly subject: string;
  /** Empty if the mail has no such part. */
  readonly text: string;
  readonly html: string;
  /** Names in lower case; values unfolded but not decoded; values of a repeated header one per line. */
  readonly headers: Readonly<Record<string, string>>;
  /** With its angle brackets; empty if there is none. */
  readonly messageId: string;
  readonly attachments: readonly CaughtAttachment[];
}

export interface CaughtAttachment {
  readonly filename: string;
  readonly contentType: string;
  /** Given for text, such as text/calendar. */
  readonly text?: string;
}

const remembered = new Map<string, Map<string, CaughtMail>>();

/**
 * Mails in order of arrival. Cheap to call often: a file is parsed once.
 * @param since id of the last mail that is known already; only later ones are answered.
 */
export function readMails(dir: string, since = ''): Promise<CaughtMail[]> {
  const known = remembered.get(dir) ?? new Map<string, CaughtMail>();
  remembered.set(dir, known);
  const names = mailFiles(dir);
  const standing = new Set(names);
  for (const name of known.keys()) if (!standing.has(name)) known.delete(name);
  const mails: CaughtMail[] = [];
  for (const name of names) {
    const mail = known.get(name) ?? (JSON.parse(readFileSync(join(dir, name), 'utf8')) as CaughtMail);
    known.set(name, mail);
    if (mail.id > since) mails.push(mail);
  }
  return Promise.resolve(mails);
}

/** Gives mails their ids and writes them to a folder, each as parsed JSON and as it came (`.eml`). */
export class MailFolder {
  private last: number;

  constructor(readonly dir: string) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    this.last = Number(mailFiles(dir).at(-1)?.slice(0, -'.json'.length) ?? 0);
  }

  /** Resolves when the mail is on disk. */
  async keep(raw: Buffer, recipients: readonly string[], at: Date): Promise<CaughtMail> {
    const parsed = await simpleParser(raw, { skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true });
    this.last += 1;
    const id = String(this.last).padStart(8, '0');
    const mail = describe(id, parsed, recipients, at);
    writeWhole(join(this.dir, `${id}.eml`), raw);
    // Readers look for this one, so it comes last.
    writeWhole(join(this.dir, `${id}.json`), `${JSON.stringify(mail, null, 2)}\n`);
    return mail;
  }
}

function mailFiles(dir: string): string[] {
  try {
    return readdirSync(dir).filter((name) => /^\d+\.json$/.test(name)).sort();
  } catch (error) {
    // Nothing was caught yet.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function describe(id: string, parsed: ParsedMail, recipients: readonly string[], at: Date): CaughtMail {
  const headers: Record<string, string> = {};
  for (const { key, line } of parsed.headerLines) {
    const value = line.slice(line.indexOf(':') + 1).replace(/\r?\n[ \t]+/g, ' ').trim();
    const before = headers[key];
    headers[key] = before === undefined ? value : `${before}\n${value}`;
  }
  return {
    id,
    time: at.toISOString(),
    from: parsed.from?.text ?? '',
    to: recipients,
    subject: parsed.subject ?? '',
    text: parsed.text ?? '',
    html: typeof parsed.html === 'string' ? parsed.html : '',
    headers,
    messageId: parsed.messageId ?? '',
    attachments: parsed.attachments.map((file) => ({
      filename: file.filename ?? '',
      contentType: file.contentType,
      ...(file.contentType.startsWith('text/') ? { text: file.content.toString('utf8') } : {}),
    })),
  };
}
