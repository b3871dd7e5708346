/** Each kind of letter as it leaves through SMTP, byte by byte, against what is written down; then read by a second library. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ICAL from 'ical.js';
import PostalMime, { type Email } from 'postal-mime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startMailCatcher, type MailCatcher } from '../../src/launcher/mail-catcher.js';
import { envelopeOf } from '../../src/mail/envelope.js';
import type { LetterKind } from '../../src/mail/facts.js';
import { smtpMail } from '../../src/mail/smtp.adapter.js';
import { entryOf, isToCoach, KIM, KINDS, MAIL_FROM, moment, SAMPLES } from './samples.js';

const GOLDEN = join(import.meta.dirname, 'golden');
const LARGEST = 25_000;
function addressee(kind: LetterKind): { name: string; address: string } {
  const facts = SAMPLES[kind];
  if (isToCoach(kind)) return { name: KIM.name, address: KIM.email };
  // Whoever typed an address on the booking page has no name for us yet.
  const name = 'to' in facts ? facts.to.name : '';
  return { name, address: `${name.split(' ')[0]?.toLowerCase() || 'visitor'}@client.example` };
}
const messageId = (kind: LetterKind): string => `<ou_${kind}@makeway.example>`;
const EARLIER = ['<ou_first@makeway.example>', '<ou_second@makeway.example>'];

const folder = mkdtempSync(join(tmpdir(), 'makeway-golden-'));
let catcher: MailCatcher;
const raw = new Map<LetterKind, string>();

beforeAll(async () => {
  catcher = await startMailCatcher({ dir: folder });
  const mail = smtpMail(catcher.url);
  for (const kind of KINDS) {
    await mail.send(envelopeOf({ facts: SAMPLES[kind], to: addressee(kind), entry: entryOf(SAMPLES[kind]) }, {
      coach: KIM, isToCoach: isToCoach(kind), mailFrom: MAIL_FROM, messageId: messageId(kind), references: kind.endsWith('reminder') ? EARLIER : [], date: moment('2026-11-23T10:00'),
    }));
  }
  mail.close();
  const files = readdirSync(folder).filter((name) => name.endsWith('.eml')).sort();
  for (const [i, kind] of KINDS.entries()) raw.set(kind, readFileSync(join(folder, files[i] ?? ''), 'utf8'));
});
afterAll(async () => {
  await catcher.close();
  rmSync(folder, { recursive: true });
});

const rawOf = (kind: LetterKind): string => raw.get(kind) ?? '';
/** What is new each time: the boundaries between the parts. Lines end as in a text file. */
const normalised = (mail: string): string => {
  let parts = 0;
  const boundaries = new Map<string, string>();
  return mail.replace(/--_NmP-[0-9a-f]+-Part_\d+/g, (found) => boundaries.get(found) ?? (boundaries.set(found, `--boundary-${String(++parts)}`), boundaries.get(found) ?? '')).replaceAll('\r\n', '\n');
};
const calendarOf = (mail: Email): string => {
  const content = mail.attachments.find((a) => a.mimeType === 'text/calendar')?.content ?? '';
  return typeof content === 'string' ? content : Buffer.from(content instanceof Uint8Array ? content : new Uint8Array(content)).toString('utf8');
};
const ENTITIES: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&nbsp;': ' ' };
const decoded = (text: string): string => text.replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (entity) => ENTITIES[entity] ?? entity).replace(/\s+/g, ' ').trim();
/** Each piece of text that the HTML part shows: all but its head and the line for the inbox. */
const shown = (html: string): string[] => html.replace(/<head>.*?<\/head>/s, '').replace(/<div style="display:none.*?<\/div>/s, '').split(/<[^>]*>/).map(decoded).filter((piece) => piece !== '');

test('a golden file for each kind, and none besides', () => {
  if (process.env.UPDATE_GOLDEN === '1') {
    for (const name of readdirSync(GOLDEN)) rmSync(join(GOLDEN, name));
    for (const kind of KINDS) writeFileSync(join(GOLDEN, `${kind}.eml`), normalised(rawOf(kind)));
  }
  expect(readdirSync(GOLDEN).sort()).toEqual(KINDS.map((kind) => `${kind}.eml`).sort());
});

describe.each(KINDS)('the mail %s', (kind) => {
  const parse = (): Promise<Email> => PostalMime.parse(rawOf(kind));

  test('leaves as written down (UPDATE_GOLDEN=1 writes it anew)', () => {
    expect(normalised(rawOf(kind))).toBe(readFileSync(join(GOLDEN, `${kind}.eml`), 'utf8'));
  });

  test('a second library reads the same envelope', async () => {
    const mail = await parse();
    expect(mail.from).toMatchObject({ name: isToCoach(kind) ? 'Makeway' : 'Kim Berger via Makeway', address: MAIL_FROM });
    expect(mail.to?.map((to) => to.address)).toEqual([addressee(kind).address]);
    expect(mail.replyTo?.map((to) => to.address) ?? []).toEqual(isToCoach(kind) ? [] : [KIM.email]);
    expect(mail.messageId).toBe(messageId(kind));
    expect(mail.date).toBe('2026-11-23T09:00:00.000Z');
    expect(mail.headers.find((h) => h.key === 'auto-submitted')?.value).toBe('auto-generated');
    expect([mail.inReplyTo, mail.references]).toEqual(kind.endsWith('reminder') ? [EARLIER[1], EARLIER.join(' ')] : [undefined, undefined]);
    if (!isToCoach(kind)) expect(mail.subject).not.toMatch(/Dana|Sam|\d/);
  });

  test('the text part has every link and every sentence of the HTML part', async () => {
    const { text = '', html = '' } = await parse();
    const flat = decoded(text);
    expect(shown(html).length).toBeGreaterThan(4);
    for (const piece of shown(html)) expect(flat).toContain(piece);
    for (const [, href] of html.matchAll(/href="([^"]*)"/g)) expect(text).toContain(decoded(href ?? ''));
  });

  test('is small, in UTF-8 throughout, loads nothing and runs nothing', async () => {
    const mail = await parse();
    expect(Buffer.byteLength(rawOf(kind))).toBeLessThan(LARGEST);
    const types = [...rawOf(kind).matchAll(/^Content-Type: (text\/[a-z]+);([^\n]*(?:\r\n[ \t][^\n]*)*)/gim)];
    expect(types.map(([, type]) => type)).toEqual(['text/plain', 'text/html', ...(entryOf(SAMPLES[kind]) ? ['text/calendar'] : [])]);
    for (const [whole] of types) expect(whole).toMatch(/charset=utf-8/i);
    expect(mail.html).not.toMatch(/<(img|script|link|iframe|object|form|svg|video|audio|meta http-equiv="refresh")|\b(src|background|srcset|action|on[a-z]+)=|url\(|@import|@font-face/i);
    expect(mail.html).toMatch(/prefers-color-scheme:dark/);
    for (const [, address] of (mail.html ?? '').matchAll(/https?:\/\/([^"'\s<]*)/g)) expect(address).toMatch(/^makeway\.example\//);
  });

  test('has a calendar entry exactly if it tells of one, as one more form of the same message', async () => {
    const entry = entryOf(SAMPLES[kind]);
    const text = calendarOf(await parse());
    if (entry === null) {
      expect(text).toBe('');
      return;
    }
    expect(rawOf(kind)).toMatch(new RegExp(`^Content-Type: text/calendar; charset=utf-8; method=${entry.method}\r$`, 'm'));
    expect(rawOf(kind)).toMatch(/^Content-Type: multipart\/alternative;/m);
    expect(rawOf(kind)).not.toMatch(/multipart\/mixed|Content-Disposition: attachment/);
    const calendar = new ICAL.Component(ICAL.parse(text) as unknown[]);
    const [event] = calendar.getAllSubcomponents('vevent');
    expect(calendar.getFirstPropertyValue('method')).toBe(entry.method);
    expect(event?.getFirstPropertyValue('uid')).toBe(entry.uid);
    expect(event?.getFirstPropertyValue('sequence')).toBe(entry.sequence);
    expect((event?.getFirstPropertyValue('dtstart') as ICAL.Time).toJSDate().getTime()).toBe(entry.interval.start);
    expect(decoded((await parse()).text ?? '')).toContain('entry');
  });
});
