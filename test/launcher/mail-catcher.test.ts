import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { afterEach, describe, expect, test } from 'vitest';
import { readMails } from '../../src/launcher/caught-mail.js';
import { startMailCatcher, type MailCatcher } from '../../src/launcher/mail-catcher.js';
import { scratchFolder } from './scratch.js';

const scratch = scratchFolder();
let count = 0;
let catcher: MailCatcher | undefined;
afterEach(() => catcher?.close());

async function caught(dir = join(scratch, `mail ${String(count += 1)}`)): Promise<{ catcher: MailCatcher; dir: string }> {
  catcher = await startMailCatcher({ dir });
  return { catcher, dir };
}

const letter = (subject: string) => ({ from: 'Makeway <makeway@makeway.example>', to: 'Dana <dana@client.example>', subject, text: 'Could we move? ü', html: '<p>Could we move? ü</p>' });

describe('mail catcher', () => {
  test('what was accepted is on disk, with everything a reader needs', async () => {
    const { catcher, dir } = await caught();
    const calendar = 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n';
    const sent = await createTransport(catcher.url).sendMail({
      ...letter('Könnten wir verschieben?'), bcc: 'quiet@client.example', headers: { 'X-Makeway': 'r1' },
      attachments: [{ filename: 'invite.ics', contentType: 'text/calendar', content: calendar }],
    });
    expect(readdirSync(dir).filter((name) => !name.endsWith('.tmp')).sort()).toEqual(['00000001.eml', '00000001.json']);
    const [mail] = await readMails(dir);
    expect(mail).toMatchObject({
      id: '00000001', subject: 'Könnten wir verschieben?', to: ['dana@client.example', 'quiet@client.example'],
      html: '<p>Could we move? ü</p>', messageId: sent.messageId, headers: { 'x-makeway': 'r1' },
      attachments: [{ filename: 'invite.ics', contentType: 'text/calendar', text: calendar }],
    });
    expect(mail?.from).toContain('makeway@makeway.example');
    expect(mail?.text.trim()).toBe('Could we move? ü');
    expect(Math.abs(Date.now() - Date.parse(mail?.time ?? ''))).toBeLessThan(10_000);
  });

  test('keeps the order of arrival over a restart, and answers only what is new', async () => {
    const { catcher: first, dir } = await caught();
    await createTransport(first.url).sendMail(letter('one'));
    await first.close();
    const { catcher: second } = await caught(dir);
    const connection = createTransport({ url: second.url, pool: true, maxConnections: 1 });
    for (const subject of ['two', 'three']) await connection.sendMail(letter(subject));
    connection.close();
    const mails = await second.mails();
    expect(mails.map(({ subject }) => subject)).toEqual(['one', 'two', 'three']);
    expect((await readMails(dir, mails[0]?.id)).map(({ subject }) => subject)).toEqual(['two', 'three']);
    expect(await readMails(dir, mails[2]?.id)).toEqual([]);
  });

  test.each([['temporary', 451], ['permanent', 550]] as const)('refuses: %s', async (how, responseCode) => {
    const { catcher } = await caught();
    catcher.setRefusing(how);
    await expect(createTransport(catcher.url).sendMail(letter('no'))).rejects.toMatchObject({ responseCode });
    expect(await catcher.mails()).toEqual([]);
    catcher.setRefusing('no');
    await createTransport(catcher.url).sendMail(letter('yes'));
    expect(await catcher.mails()).toHaveLength(1);
  });

  test('can take a mail and lose the answer', async () => {
    const { catcher } = await caught();
    catcher.setRefusing('lose-answer');
    await expect(createTransport(catcher.url).sendMail(letter('lost'))).rejects.toThrow();
    expect((await catcher.mails()).map(({ subject }) => subject)).toEqual(['lost']);
  });

  test('waiting names what came instead', async () => {
    const { catcher } = await caught();
    await createTransport(catcher.url).sendMail(letter('another'));
    await expect(catcher.waitForMail(({ subject }) => subject === 'awaited', 100)).rejects.toThrow(/dana@client.example: another/);
    expect((await catcher.waitForMail(({ subject }) => subject === 'another')).id).toBe('00000001');
  });

  test('a taken port is said, and a folder without mail is empty', async () => {
    const { catcher } = await caught();
    await expect(startMailCatcher({ dir: join(scratch, 'never'), port: catcher.port })).rejects.toThrow(/taken/);
    expect(existsSync(join(scratch, 'never'))).toBe(false);
    expect(await readMails(join(scratch, 'never'))).toEqual([]);
  });
});
