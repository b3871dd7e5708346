/** The signature on our mail, checked as a receiver does (RFC 6376, section 6) with nothing but node:crypto. */
import { createHash, createPublicKey, generateKeyPairSync, verify, type KeyObject } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startMailCatcher, type MailCatcher } from '../../src/launcher/mail-catcher.js';
import { envelopeOf } from '../../src/mail/envelope.js';
import { smtpMail } from '../../src/mail/smtp.adapter.js';
import { entryOf, KIM, MAIL_FROM, moment, SAMPLES } from './samples.js';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicKey = createPublicKey(privateKey);
const folder = mkdtempSync(join(tmpdir(), 'makeway-dkim-'));
let catcher: MailCatcher;
const caught = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.eml')).sort().map((name) => readFileSync(join(folder, name), 'latin1'));

beforeAll(async () => {
  catcher = await startMailCatcher({ dir: folder });
  for (const signer of [{ domain: 'makeway.example', selector: 'makeway1', key: privateKey }, undefined]) {
    const mail = smtpMail(catcher.url, signer);
    await mail.send(envelopeOf({ facts: SAMPLES.moved, to: { name: 'Dana Wéber', address: 'dana@client.example' }, entry: entryOf(SAMPLES.moved) }, {
      coach: { ...KIM, name: 'Kim Bergér' }, isToCoach: false, mailFrom: MAIL_FROM, messageId: '<a@makeway.example>', references: ['<b@makeway.example>'], date: moment('2026-11-23T10:00'),
    }));
    mail.close();
  }
});
afterAll(async () => {
  await catcher.close();
  rmSync(folder, { recursive: true });
});

interface Field { readonly name: string; readonly whole: string }
const fieldsOf = (head: string): Field[] => head.split(/\r\n(?![ \t])/).map((whole) => ({ name: whole.slice(0, whole.indexOf(':')).trim().toLowerCase(), whole }));
/** RFC 6376, section 3.4.2. */
const relaxed = ({ name, whole }: Field): string => `${name}:${whole.slice(whole.indexOf(':') + 1).replace(/\r\n/g, '').replace(/[ \t]+/g, ' ').trim()}`;
/** RFC 6376, section 3.4.4. */
const relaxedBody = (body: string): string => body.replace(/[ \t]+/g, ' ').replace(/ (?=\r\n)/g, '').replace(/(\r\n)+$/, '') + (body === '' ? '' : '\r\n');

/** The tags of the signature, and whether both of its hashes hold. */
function check(raw: string, key: KeyObject): { tags: Record<string, string>; isBodyWhole: boolean; isSigned: boolean } | null {
  const [head = '', ...rest] = raw.split('\r\n\r\n');
  const fields = fieldsOf(head);
  const signature = fields.find((f) => f.name === 'dkim-signature');
  if (!signature) return null;
  const tags = Object.fromEntries(relaxed(signature).slice('dkim-signature:'.length).split(';').map((tag) => [tag.slice(0, tag.indexOf('=')).trim(), tag.slice(tag.indexOf('=') + 1).replace(/\s/g, '')]));
  const left = [...fields].reverse();
  const signed = (tags.h ?? '').split(':').flatMap((name) => {
    const at = left.findIndex((f) => f.name === name.toLowerCase());
    return at < 0 ? [] : left.splice(at, 1).map(relaxed);
  });
  const own = relaxed({ ...signature, whole: signature.whole.replace(/([;\s]b=)[^;]*$/, '$1') });
  return {
    tags, isBodyWhole: createHash('sha256').update(relaxedBody(rest.join('\r\n\r\n')), 'latin1').digest('base64') === tags.bh,
    isSigned: verify('sha256', Buffer.from(`${signed.map((line) => `${line}\r\n`).join('')}${own}`, 'latin1'), key, Buffer.from(tags.b ?? '', 'base64')),
  };
}

test('a mail that was really sent is signed for our domain, over all that a receiver shows', () => {
  const [signed = ''] = caught();
  const checked = check(signed, publicKey);
  expect(checked).toMatchObject({ isBodyWhole: true, isSigned: true, tags: { v: '1', a: 'rsa-sha256', c: 'relaxed/relaxed', d: 'makeway.example', s: 'makeway1' } });
  const covered = (checked?.tags.h ?? '').toLowerCase().split(':');
  for (const name of ['from', 'reply-to', 'to', 'subject', 'date', 'message-id', 'in-reply-to', 'references', 'content-type', 'mime-version']) expect(covered).toContain(name);
});

test.each([
  ['the subject', (raw: string) => raw.replace('Subject: Your', 'Subject: Our'), { isBodyWhole: true, isSigned: false }],
  ['the answer address', (raw: string) => raw.replace('kim@coach.example>', 'eve@coach.example>'), { isBodyWhole: true, isSigned: false }],
  ['a time in the calendar entry', (raw: string) => raw.replace('DTSTART:20261130T13', 'DTSTART:20261130T14'), { isBodyWhole: false, isSigned: true }],
])('%s changed on the way is seen', (_what, change, seen) => {
  const [signed = ''] = caught();
  expect(change(signed)).not.toBe(signed);
  expect(check(change(signed), publicKey)).toMatchObject(seen);
});

test('another key does not fit, and without a key nothing is signed', () => {
  const [signed = '', plain = ''] = caught();
  expect(check(signed, createPublicKey(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey))).toMatchObject({ isBodyWhole: true, isSigned: false });
  expect(plain).toContain('Your session has a new time');
  expect(check(plain, publicKey)).toBeNull();
});
