/** A letter before it is drawn: the HTML and the text part are two drawings of the same blocks, so they cannot differ in what they say. */
export interface LetterPlan {
  readonly subject: string;
  /** The line that inboxes show beside the subject. */
  readonly preview: string;
  readonly heading: string;
  readonly blocks: readonly Block[];
  /** Why the reader gets this, in one sentence. */
  readonly footer: string;
}

export type Block =
  /** A paragraph. */
  | { readonly block: 'say'; readonly text: string }
  /** Times that matter most, set apart: a label and one line per zone or span. */
  | { readonly block: 'time'; readonly label: string; readonly lines: readonly string[] }
  /** What stands in a day. */
  | { readonly block: 'agenda'; readonly title: string; readonly rows: readonly { readonly hours: string; readonly what: string }[] }
  /** Times to choose from, each a link. */
  | { readonly block: 'slots'; readonly days: readonly { readonly day: string; readonly slots: readonly SlotLink[] }[] }
  /** A way to go on: a button and what it does, then what else is to be known of it, a line each; without a link, why it is not possible. */
  | { readonly block: 'way'; readonly label: string; readonly effect: string; readonly notes?: readonly string[]; readonly link: string | null; readonly isFirst: boolean }
  /** A lesser link. */
  | { readonly block: 'link'; readonly label: string; readonly link: string; readonly after: string };

export const say = (text: string): Block => ({ block: 'say', text });
export const time = (label: string, lines: readonly string[]): Block => ({ block: 'time', label, lines });

export interface SlotLink { readonly label: string; readonly elsewhere: string | null; readonly link: string }

/**
 * Text from outside as one harmless line: no line breaks that forge lines or headers, no control or
 * direction-turning characters (Unicode TR 36, section 2.4), at most `limit` characters.
 */
export function oneLine(text: string, limit = 120): string {
  const clean = [...text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u200b\u2060\ufeff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ').replace(/\s+/g, ' ').trim()];
  return clean.length > limit ? `${clean.slice(0, limit - 1).join('')}…` : clean.join('');
}
