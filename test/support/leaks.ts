/** What a text tells a person of somebody else: their words, their ids, the coach's doors, or hints that somebody is there. */
import { ALL_MARKS } from './marked.js';
import { readings, type Readings } from './readings.js';

/** Who sees a text; `null` is everybody. `marks` are the words that they may read, since they are their own. */
export type Seer = { readonly name: string; readonly email: string; readonly marks: readonly string[] } | null;
/** An id that tells of somebody's matter, and whose it is; `null`: nobody may see it. */
export interface Foreign { readonly id: string; readonly email: string | null }

/** Words that tell of somebody else without naming anybody, or that press. */
const HINTS: readonly RegExp[] = [
  /\b(?:some|any)(?:body|one) (?:else|has|had|wants|wanted|asked|took|sits|is)\b/,
  /\b(?:another|other|incoming|existing|second|new) (?:client|person|people|visitor|guest|requests?|booking|customer)s?\b/,
  /pending_reschedule|\bpromised?\b|\burgent|\burgency|\bpriority\b|waiting list|in line\b/,
  /\bwants? (?:your|that|this) time/, /\basked to move\b|make room|in favou?r of/,
  // What Makeway writes into events of the requests calendar, for Kim alone.
  /‹\p{L}|\[\/?makeway\]/u,
  /\bclash|\boverlap|\bconflict|double.?book/, /\btaken\b/,
];
const HARMLESS = [
  // To whoever clicked a time that is no longer free; the public sees free and not free anyway.
  'that time was taken a moment ago.',
  // To whoever says "please don't ask me again", about themselves.
  'you keep your time, and are not asked to move a session any more.',
];
/** Doors of the coach. */
const COACH_DOORS = /\/(?:pending|overlaps|clients|history|rules|calendars|connect)(?=[/"?&<\s]|$)/;
/** Every page lets people choose a zone: the list of them all tells nothing, the chosen one does. */
const ZONES_TO_CHOOSE = /<option value="[A-Z][\w+-]*(?:\/[\w+-]+)+">[^<]*<\/option>/g;

const around = (text: string, at: number): string => `…${text.slice(Math.max(0, at - 80), at + 60).replace(/\s+/g, ' ')}…`;

/** Judges texts; one of them may come again and again, and is then read once. */
export function judge(origin: string): (text: string, seer: Seer, foreign: readonly Foreign[], allowed?: readonly string[]) => string[] {
  const readBefore = new Map<string, Readings>();
  const read = (text: string): Readings => {
    const known = readBefore.get(text) ?? readings(text.replace(ZONES_TO_CHOOSE, ''));
    readBefore.set(text, known);
    return known;
  };
  return (text, seer, foreign, allowed = []) => {
    const { all, last } = read(text), told: string[] = [];
    const who = seer?.name ?? 'everybody';
    const tell = (what: string, at: number): void => { told.push(`tells ${who} of ${what}: ${around(all, at)}`); };
    for (const mark of ALL_MARKS) {
      const at = seer?.marks.includes(mark) || allowed.includes(mark) ? -1 : all.indexOf(mark);
      if (at >= 0) tell(`"${mark}"`, at);
    }
    for (const { id, email } of foreign) {
      const at = email !== null && email === seer?.email ? -1 : all.indexOf(id);
      if (at >= 0) tell(`the id ${id}`, at);
    }
    const harmless = HARMLESS.reduce((t, words) => t.replaceAll(words, ''), last);
    for (const hint of HINTS) {
      const at = harmless.search(hint);
      if (at >= 0) told.push(`hints ${who}: ${around(harmless, at)}`);
    }
    const door = seer === null ? -1 : last.replaceAll(origin, '').search(COACH_DOORS);
    if (door >= 0) told.push(`shows ${who} the coach's door: ${around(last.replaceAll(origin, ''), door)}`);
    return told;
  };
}
