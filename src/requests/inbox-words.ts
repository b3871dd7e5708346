/** The coach's own words on an event of the requests calendar, and what Makeway puts beside them. What is ours can be told from
 *  what is theirs by its form alone, so that their words stay theirs however often both change. */

/** What an event says of itself. */
export interface Words { readonly title: string; readonly description: string }
/** What Makeway says beside them: a symbol before the title, a few words behind it, and lines in the description. */
export interface Note { readonly symbol: string; readonly title: string; readonly lines: readonly string[] }

/** The symbols that begin a title of ours. */
export const SYMBOLS = { waits: '⏳', asked: '✉️', unclear: '❓', closed: '✖️' } as const;
const OUR_SYMBOL = new RegExp(`^(?:${Object.values(SYMBOLS).map((s) => s.replace('\uFE0F', '\\uFE0F?')).join('|')})(?=\\s|$)\\s*`, 'u');
/** Google may take white space away at either end. */
const OUR_STATE = /(?:^|\s)‹[^‹›]*›\s*$/u;
const HEAD = '[Makeway]';
const FOOT = '[/Makeway]';
/** White space, in the form that Google's own editor gives it, too. */
const SPACE = String.raw`(?:\s|&nbsp;|<br\s*/?>)`;
const TRAILING = new RegExp(`${SPACE}+$`, 'iu');
const LEADING = new RegExp(`^${SPACE}+`, 'iu');

/** Titles beyond this are not written: the mirror, and perhaps Google, would cut them. */
const LONGEST_TITLE = 900;
const LONGEST_DESCRIPTION = 7_000;

/** The coach's own words: what is left when ours are taken away. */
export const ownWords = (words: Words): Words => ({ title: ownTitle(words.title), description: ownDescription(words.description).words });

function ownTitle(title: string): string {
  const next = title.trim().replace(OUR_STATE, '').replace(OUR_SYMBOL, '').trim();
  return next === title ? title : ownTitle(next);
}

/** `isTorn`: somebody took a part of our block away, so that what is whose is not sure any more. */
function ownDescription(description: string): { words: string; isTorn: boolean } {
  const from = description.indexOf(HEAD), to = description.indexOf(FOOT);
  if (from === -1 && to === -1) return { words: ends(description), isTorn: false };
  if (from === -1 || to < from) return { words: ends(description.replaceAll(HEAD, '').replaceAll(FOOT, '')), isTorn: true };
  const before = ends(description.slice(0, from)), after = ends(description.slice(to + FOOT.length));
  // Who copies an event's text has our block twice.
  return ownDescription(before !== '' && after !== '' ? `${before}\n${after}` : before + after);
}
const ends = (text: string): string => text.replace(TRAILING, '').replace(LEADING, '');

/** The event's words with `note` beside the coach's own; null: without any of ours. A text that would grow too long, or of which
 *  nobody can tell what is ours, stays as it is. */
export function withNote(words: Words, note: Note | null): Words {
  const own = ownTitle(words.title);
  const title = note === null ? own : [note.symbol, own, `‹${note.title}›`].filter((part) => part !== '').join(' ');
  const { words: text, isTorn } = ownDescription(words.description);
  const newline = /<[a-z][^<>]*>/iu.test(text) ? '<br>' : '\n';
  const block = note === null ? '' : [HEAD, ...note.lines, FOOT].join(newline);
  const description = text !== '' && block !== '' ? `${text}${newline}${newline}${block}` : text + block;
  return {
    title: title.length > LONGEST_TITLE && note !== null ? words.title : title,
    description: isTorn || (description.length > LONGEST_DESCRIPTION && note !== null) ? words.description : description,
  };
}
/** Is anything of ours there? */
export const hasNote = (words: Words): boolean => OUR_STATE.test(words.title) || words.description.includes(HEAD);
