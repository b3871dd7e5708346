/** Links in mails, and what stands on the pages behind them; over plain HTTP, as browsers see them. */
import type { CaughtMail } from '../../src/launcher/caught-mail.js';

export interface Link { readonly token: string; readonly to: string; readonly queries: readonly string[] }
const unescaped = (text: string): string => text.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#39;', '\'');

/** The links of these mails, newest first, each once. */
export function linksIn(mails: readonly CaughtMail[]): Link[] {
  const all = new Map<string, Link>();
  for (const mail of mails) {
    for (const [, token = '', query = ''] of mail.html.matchAll(/href="[^"]*\/l\/([\w.~-]+)(\?[^"]*)?"/g)) {
      const before = all.get(token);
      all.delete(token);
      all.set(token, { token, to: mail.to[0] ?? '', queries: [...new Set([...(before?.queries ?? []), unescaped(query)])] });
    }
  }
  return [...all.values()].reverse();
}
export const startsOn = (page: string): string[] => [...new Set([...page.matchAll(/[?&;]start=([^"&]+)/g)].map((m) => decodeURIComponent(m[1] ?? '')))];
export const valuesOf = (page: string, name: string): string[] => [...new Set([...page.matchAll(new RegExp(`name="${name}" value="([^"]*)"`, 'g'))].map((m) => unescaped(m[1] ?? '')))];
/** The forms that have a button for `what`. */
export const formsWith = (page: string, what: string): string[] => (page.match(/<form[\s\S]*?<\/form>/g) ?? []).filter((form) => form.includes(`value="${what}"`));
/** Does the page offer anything to do? */
export const offersNothing = (page: string): boolean => !page.includes('<form') && startsOn(page).length === 0 && !page.includes('keep=1');

export interface Answered { readonly status: number; readonly page: string }
/** A browser at `from`, an address of its own for the limits of calls. */
export async function visit(method: 'GET' | 'HEAD' | 'POST', url: string, from: string, form?: Readonly<Record<string, string | string[]>>, cookie = ''): Promise<Answered> {
  const answer = await fetch(url, {
    method, redirect: 'manual', headers: { 'x-forwarded-for': from, cookie, ...(form && { 'content-type': 'application/x-www-form-urlencoded' }) },
    ...(form && { body: new URLSearchParams(Object.entries(form).flatMap(([k, v]) => [v].flat().map((x): [string, string] => [k, x]))).toString() }),
  });
  return { status: answer.status, page: await answer.text() };
}
