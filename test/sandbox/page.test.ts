import { expect, test } from 'vitest';
import { mailListPage, SANDBOX_SCRIPT, SANDBOX_STYLE, sandboxPage, type ShownMail } from '../../src/sandbox/page.js';

const page = sandboxPage();

test('the script is well-formed', () => {
  expect(() => new Function(SANDBOX_SCRIPT)).not.toThrow();
});

test('the script finds every element that it names', () => {
  const ids = new Set([...page.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1]));
  const named = new Set([...SANDBOX_SCRIPT.matchAll(/\$\('([a-z-]+)'\)/g)].map((match) => match[1]));
  expect(named.size).toBeGreaterThan(20);
  for (const id of named) expect(ids).toContain(id);
  for (const role of ['coach', 'existing', 'incoming']) for (const part of ['inbox', 'card', 'count', 'name', 'address']) expect(ids).toContain(`${part}-${role}`);
});

test('the page carries no inline style or script, and its button works without script', () => {
  expect(page).not.toMatch(/\sstyle=|<style|\son[a-z]+=|<script(?! src="\/sandbox\/page\.js" defer>)/);
  expect(page).toMatch(/<form id="ask" method="post" action="\/sandbox\/ask">/);
  expect(page).toMatch(/<noscript>.*\/sandbox\/mail/s);
  expect(page).toContain('href="/sandbox/page.css"');
});

test('the script writes text only as text', () => {
  expect(SANDBOX_SCRIPT).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b/);
});

test('the style is balanced', () => {
  expect(SANDBOX_STYLE.split('{').length).toBe(SANDBOX_STYLE.split('}').length);
});

test('the mail list shows the newest first, escapes, and makes links of addresses only', () => {
  const mail = (id: string, text: string): ShownMail => ({ id, time: '2026-11-23T10:00:00Z', from: 'a', to: [`x${id} <b>&"'`], subject: `S${id} <b>&"'`, text, html: '' });
  const list = mailListPage([mail('1', 'see http://h.example/a?b=1&c=2 now'), mail('2', '<b>&"\' javascript:alert(1) http://h.example/"onclick=x')]);
  expect(list.indexOf('S2')).toBeLessThan(list.indexOf('S1'));
  expect(list).not.toContain('<b>');
  expect(list).toContain('<a href="http://h.example/a?b=1&amp;c=2">');
  expect(list).not.toMatch(/href="javascript|"onclick/);
  expect(mailListPage([])).toContain('No mail yet');
});
