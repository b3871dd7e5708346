/** Whether a form was sent from a page of ours. Browsers say so by themselves. What says nothing at all is no browser, and has nobody's
 *  rights to misuse. (Our pages send no referrer, so an `Origin` of theirs is "null".) */
export function isOwnForm(headers: Readonly<Record<string, string | string[] | undefined>>, publicUrl: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  return headers.origin === undefined || headers.origin === 'null' || headers.origin === new URL(publicUrl).origin;
}

/** Where a visitor comes from, as far as limits need it: an address, of IPv6 the network that one house has. */
export function placeOf(ip: string): string {
  if (!ip.includes(':')) return ip;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped) return mapped;
  const [head = '', tail] = ip.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const whole = tail === undefined ? first : [...first, ...Array<string>(Math.max(0, 8 - first.length - last.length)).fill('0'), ...last];
  return `${whole.slice(0, 4).map((group) => group.toLowerCase().replace(/^0+(?=.)/, '')).join(':')}::/64`;
}
