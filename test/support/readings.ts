/** Finds words in a text however it is wrapped: a text is read as it came and in every encoding that mails, pages, addresses and
 *  calendar parts use, also two of them inside each other. */

const bytes = (hex: string): string => Buffer.from(hex, 'hex').toString('utf8');
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

const DECODERS: readonly ((text: string) => string)[] = [
  /** Percent-encoding, in addresses and forms. */
  (t) => t.replace(/(?:%[0-9a-f]{2})+/gi, (run) => bytes(run.replaceAll('%', ''))),
  /** Character references of HTML. */
  (t) => t.replace(/&(?:#(\d{1,6})|#x([0-9a-f]{1,5})|([a-z]{2,4}));/gi, (whole, dec?: string, hex?: string, name?: string) =>
    (name === undefined ? String.fromCodePoint(dec === undefined ? parseInt(hex ?? '0', 16) : Number(dec)) : NAMED[name.toLowerCase()] ?? whole)),
  /** Quoted-printable (RFC 2045 6.7) with its soft line breaks. */
  (t) => t.replace(/=\r?\n/g, '').replace(/(?:=[0-9A-F]{2})+/g, (run) => bytes(run.replaceAll('=', ''))),
  /** Encoded words (RFC 2047), also where one runs over several; what is between two of them does not count. */
  (t) => t.replace(/(\?=)\s+(=\?)/g, '$1$2').replace(/=\?[\w-]+\?([BQ])\?([^?]*)\?=/gi, (_, how: string, said: string) => (how.toUpperCase() === 'B'
    ? Buffer.from(said, 'base64').toString('utf8')
    : said.replaceAll('_', ' ').replace(/(?:=[0-9A-F]{2})+/gi, (run) => bytes(run.replaceAll('=', ''))))),
  /** Folded lines: of iCalendar (RFC 5545 3.1), of headers, of base64 bodies. */
  (t) => t.replace(/\r?\n[ \t]/g, ''),
  (t) => t.replace(/([A-Za-z0-9+/=]{40,})\r?\n(?=[A-Za-z0-9+/=])/g, '$1'),
  /** Escapes of JSON and scripts. */
  (t) => t.replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16))).replace(/\\[nrt]/g, ' '),
];
const decoded = (text: string): string => DECODERS.reduce((t, decode) => decode(t), text);

/** What a run was unpacked to. The same words stand on every page. */
const unpackedBefore = new Map<string, readonly string[]>();
/** A run that may be base64 (either alphabet) or hex, read from each place at which a group could begin; what has no word is no text. */
function unpackRun(run: string): readonly string[] {
  const known = unpackedBefore.get(run);
  if (known) return known;
  const found = [0, 1, 2, 3].map((skip) => Buffer.from(run.slice(skip), 'base64').toString('latin1'));
  for (const [hex] of run.matchAll(/[0-9a-f]{12,}/gi)) found.push(...[0, 1].map((skip) => Buffer.from(hex.slice(skip), 'hex').toString('latin1')));
  const wordy = found.filter((piece) => /[a-z]{5}/i.test(piece));
  unpackedBefore.set(run, wordy);
  return wordy;
}
const unpacked = (text: string): string[] => [...new Set(text.match(/[A-Za-z0-9+/_-]{8,}/g) ?? [])].flatMap(unpackRun);

/** `all`: every reading of a text in lower case, one below the other. `last`: the text as a person reads it, in lower case, with
 *  single spaces. */
export interface Readings { readonly all: string; readonly last: string }
export function readings(text: string): Readings {
  const once = decoded(text), twice = decoded(once);
  const pieces = unpacked(once === text ? text : `${text}\n${once}`);
  const inside = pieces.map(decoded);
  return {
    all: [...new Set([text, once, twice, ...pieces, ...inside, ...inside.flatMap(unpacked)])].join('\n').toLowerCase(),
    last: twice.replace(/\s+/g, ' ').toLowerCase(),
  };
}
