/** Addresses, lengths and names in free text, in the languages that coaches write. Each takes time in proportion to the text. */

/** More than this of a text is not looked at. */
const MOST = 8_000;
/** Characters that are there and cannot be seen: they come with copied addresses. */
const INVISIBLE = /[\u00AD\u200B-\u200F\u2060\uFEFF]/gu;
const NOT_IN_ADDRESS = String.raw`\s@<>()\[\]{}"'“”‘’«»‹›,;:|\\/=?&#`;
const ADDRESS = new RegExp(String.raw`[^${NOT_IN_ADDRESS}]{1,64}@[\p{L}\p{N}](?:[\p{L}\p{N}.-]{0,250})`, 'gu');
const LONGEST_ADDRESS = 320;

/** The addresses in a text, each once, in lower case and in order. What is no address of a person's mailbox is left out. */
export function readAddresses(text: string): string[] {
  const found = [...text.slice(0, MOST).replace(INVISIBLE, '').matchAll(ADDRESS)].map(([address]) => address.replace(/[.-]+$/u, '').replace(/^[.]+/u, '').toLowerCase());
  return [...new Set(found.filter(isAddress))];
}
function isAddress(text: string): boolean {
  const [local = '', domain = ''] = text.split('@');
  const labels = domain.split('.');
  return local !== '' && text.length <= LONGEST_ADDRESS && labels.length > 1 && labels.every((label) => label !== '' && !label.startsWith('-') && !label.endsWith('-')) && /\p{L}/u.test(labels.at(-1) ?? '');
}

const NUMBER = String.raw`\d{1,3}(?:[.,]\d{1,2})?`;
const MINUTES = String.raw`(?:minutes|minuten|minuter|minutter|minutos|minuti|minuts|minuta|minuty|minut|minute|mins|min|мин(?:ут)?|分钟|分)`;
const HOURS = String.raw`(?:hours|hour|hrs|hr|stunden|stunde|std|heures|heure|horas|hora|ore|ora|uren|uur|timmar|timme|timer|time|godziny|godzina|godz|час(?:а|ов)?|小时|時間)`;
/** Where a word of a unit may begin and end. */
const AFTER = String.raw`\.?(?![\p{L}\p{N}])`;
const BEFORE = String.raw`(?<![\p{L}\p{N}.,:])`;
const IN_BOTH = new RegExp(String.raw`${BEFORE}(\d{1,2})\s?(?:h|${HOURS})\.?\s?(?:and|und|et|y|e|en|og|och)?\s?(\d{1,2})(?:\s?(?:m|${MINUTES}|['′]))?${AFTER}`, 'giu');
const IN_HOURS = new RegExp(String.raw`${BEFORE}(${NUMBER})[\s-]?${HOURS}${AFTER}`, 'giu');
/** "13h" is one o'clock in half of Europe; so is "9h". */
const IN_H = new RegExp(String.raw`${BEFORE}([1-4](?:[.,]\d{1,2})?)\s?h${AFTER}`, 'giu');
const IN_MINUTES = new RegExp(String.raw`${BEFORE}(\d{1,3})[\s-]?(?:${MINUTES}${AFTER}|['′](?![\p{L}\p{N}]))`, 'giu');
const MOST_HOURS_IN_H = 4;

/** How long, in minutes, the first length in a text says; null if there is none. "60 min", "1h", "1h30", "1,5 Std", "90'". */
export function readLength(text: string): number | null {
  const all = lengthsIn(text.slice(0, MOST));
  return all[0]?.minutes ?? null;
}
function lengthsIn(text: string): { at: number; end: number; minutes: number }[] {
  const found: { at: number; end: number; minutes: number }[] = [];
  const take = (pattern: RegExp, minutesOf: (m: RegExpMatchArray) => number | null): void => {
    for (const m of text.matchAll(pattern)) {
      const minutes = minutesOf(m), at = m.index, end = m.index + m[0].length;
      if (minutes !== null && minutes > 0 && !found.some((f) => at < f.end && f.at < end)) found.push({ at, end, minutes });
    }
  };
  take(IN_BOTH, ([, h = '', m = '']) => (Number(h) <= MOST_HOURS_IN_H && Number(m) < 60 ? Number(h) * 60 + Number(m) : null));
  take(IN_HOURS, ([, n = '']) => Math.round(decimal(n) * 60));
  take(IN_H, ([, n = '']) => Math.round(decimal(n) * 60));
  take(IN_MINUTES, ([, n = '']) => Number(n));
  return found.sort((a, b) => a.at - b.at);
}
const decimal = (text: string): number => Number(text.replace(',', '.'));

const LONGEST_NAME = 120;
const LOOSE = /^[\s\-–—,;:.|/@·•+~<>()[\]{}"'«»]+|[\s\-–—,;:|/@·•+~<>()[\]{}"'«»]+$/gu;

/** The name in a title: what is left without addresses, lengths and the session type. Null if nothing is. */
export function readName(title: string, sessionType: string | null): string | null {
  let text = title.slice(0, MOST).replace(INVISIBLE, '').replace(/\bmailto:/giu, ' ').replace(ADDRESS, ' ');
  for (const { at, end } of lengthsIn(text).reverse()) text = `${text.slice(0, at)} ${text.slice(end)}`;
  if (sessionType !== null && sessionType.trim() !== '') {
    const at = text.toLowerCase().indexOf(sessionType.trim().toLowerCase());
    if (at !== -1) text = `${text.slice(0, at)} ${text.slice(at + sessionType.trim().length)}`;
  }
  const name = text.replace(/[\s\p{Cc}]+/gu, ' ').replace(/[<([{"]\s*[>)\]}"]/gu, ' ').replace(/ {2,}/gu, ' ').replace(LOOSE, '').slice(0, LONGEST_NAME).toWellFormed().trim();
  return name === '' ? null : name;
}
