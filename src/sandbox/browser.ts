import { Problem } from '../kernel/problem.js';

/** Walks through the emulator's consent as a browser would: follows redirects with cookies, picks `account`, presses
 *  Allow. The daemon's side is the same code flow that a person goes through. */
export async function walkThroughConsent(startUrl: string, account: string): Promise<void> {
  const cookies = new Map<string, Map<string, string>>();
  const go = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const jar = cookies.get(new URL(url).host) ?? new Map<string, string>();
    cookies.set(new URL(url).host, jar);
    const answer = await fetch(url, { ...init, redirect: 'manual', headers: { ...(init.headers as Record<string, string>), cookie: [...jar].map(([k, v]) => `${k}=${v}`).join('; ') } });
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    const to = answer.headers.get('location');
    return answer.status >= 300 && answer.status < 400 && to ? go(new URL(to, url).href) : Object.assign(answer, { reached: url });
  };
  const consent = await go(startUrl);
  const page = await consent.text();
  const reached = (consent as Response & { reached?: string }).reached ?? startUrl;
  const action = /<form[^>]*action="([^"]*)"/i.exec(page)?.[1];
  if (!consent.ok || action === undefined) throw new Problem('GOOGLE_REFUSED', 'The emulator showed no consent page.', { status: consent.status });
  const form = new URLSearchParams();
  for (const [, attributes = ''] of page.matchAll(/<input\b([^>]*)>/gi)) {
    const read = (name: string): string | undefined => new RegExp(`${name}="([^"]*)"`, 'i').exec(attributes)?.[1]?.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#39;', "'");
    const name = read('name');
    if (!name) continue;
    const type = read('type');
    if (type === 'hidden' || (type === 'radio' && read('value') === account) || (type === 'checkbox' && /\bchecked\b/i.test(attributes))) form.append(name, read('value') ?? 'on');
  }
  for (const [, attributes = ''] of page.matchAll(/<button\b([^>]*)>/gi)) {
    if (/value="allow"/i.test(attributes)) form.append(/name="([^"]*)"/i.exec(attributes)?.[1] ?? 'decision', 'allow');
  }
  const done = await go(new URL(action.replaceAll('&amp;', '&') || reached, reached).href, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: form.toString() });
  if (!done.ok) throw new Problem('GOOGLE_REFUSED', 'The demo coach could not be connected.', { status: done.status });
}
