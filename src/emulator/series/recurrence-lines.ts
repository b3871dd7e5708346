import type { EventTime } from '../store/model.js';
import { DAY_MS } from './civil.js';
import { BadRecurrence, parseRule, readMoment, type Rule, type Written } from './rule.js';
import { isZone, toWall } from './zone-time.js';

export { BadRecurrence };

/** A value of RDATE or EXDATE. A `wall` is local to `zone`, else to the series' zone. `text` is how it was written. */
export interface Listed extends Written { readonly text: string; readonly zone?: string }

/** A line with a rule; `head` is what stands before the colon, `text` what stands after it. */
export interface RuleLine { readonly name: 'RRULE' | 'EXRULE'; readonly head: string; readonly text: string; readonly rule: Rule }

/** A line with dates. */
export interface DatesLine { readonly name: 'RDATE' | 'EXDATE'; readonly head: string; readonly values: readonly Listed[] }

const PERIOD_END = /^(\d{8}T\d{6}Z?|\+?P(\d+W|(?=[\dT])(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?))$/i;

/** Start of a value; the form must be the one that VALUE names (RFC 5545 3.3, 3.8.5.2), without it a date or a time. */
function readValue(text: string, form: string | undefined): Written {
  const [start = '', end, ...rest] = text.split('/');
  if ((form === 'PERIOD') !== (end !== undefined) || rest.length > 0 || (end !== undefined && !PERIOD_END.test(end))) throw new BadRecurrence(text);
  const moment = readMoment(start);
  if (form !== undefined && (form === 'DATE') !== (moment.kind === 'day')) throw new BadRecurrence(text);
  return moment;
}

function readDates(name: 'RDATE' | 'EXDATE', head: string, settings: readonly string[], text: string): DatesLine {
  const found = new Map<string, string>();
  for (const setting of settings) {
    const [key = '', value = ''] = setting.split('=', 2);
    if (found.has(key.toUpperCase())) throw new BadRecurrence(setting);
    found.set(key.toUpperCase(), value.replace(/^"(.*)"$/, '$1'));
  }
  const form = found.get('VALUE')?.toUpperCase(), zone = found.get('TZID');
  found.delete('VALUE');
  found.delete('TZID');
  if (found.size > 0 || (form !== undefined && !['DATE', 'DATE-TIME', ...(name === 'RDATE' ? ['PERIOD'] : [])].includes(form))) throw new BadRecurrence(head);
  if (zone !== undefined && !isZone(zone)) throw new BadRecurrence(head);
  const values = text.split(',').map((each) => ({ ...readValue(each.trim(), form), text: each.trim(), ...(zone === undefined ? {} : { zone }) }));
  return { name, head, values };
}

/** Reads one line: RRULE, EXRULE, RDATE or EXDATE, names in any case. Throws BadRecurrence, also for DTSTART and DTEND (sheet 2). */
export function readLine(line: string): RuleLine | DatesLine {
  const [, head = '', text = ''] = /^((?:"[^"]*"|[^":])*):(.*)$/s.exec(line.trim()) ?? [];
  if (/\p{Cc}/u.test(line.trim())) throw new BadRecurrence(line);
  const [first = '', ...settings] = head.match(/(?:"[^"]*"|[^";])+/g) ?? [];
  const name = first.toUpperCase();
  if (name === 'RDATE' || name === 'EXDATE') return readDates(name, head, settings, text);
  if ((name !== 'RRULE' && name !== 'EXRULE') || settings.length > 0) throw new BadRecurrence(line);
  return { name, head, text, rule: parseRule(text) };
}

const CLOCK = [['BYHOUR', 3_600_000, 24], ['BYMINUTE', 60_000, 60], ['BYSECOND', 1000, 60]] as const;

/** Each rule may have to be walked to the year 9999, which takes a tenth of a second. */
const MOST_RULES = 10;

/**
 * Checks the lines of an event's `recurrence` in any order, and against the event's start if that is given: BYHOUR, BYMINUTE and
 * BYSECOND may only repeat the start's own clock (midnight for an all-day one). Throws BadRecurrence.
 */
export function parseRecurrence(lines: readonly string[], start?: EventTime): readonly (RuleLine | DatesLine)[] {
  const read = lines.map(readLine);
  if (read.filter((line) => 'rule' in line).length > MOST_RULES) throw new BadRecurrence(`more than ${MOST_RULES} rules`);
  if (start === undefined) return read;
  const wall = 'date' in start ? 0 : toWall(start.atMs, start.timeZone);
  const clock = ((wall % DAY_MS) + DAY_MS) % DAY_MS;
  for (const line of read) {
    if (!('rule' in line)) continue;
    for (const [part, unit, most] of CLOCK) {
      const wanted = line.rule.clock[part];
      if (wanted !== undefined && wanted !== Math.floor(clock / unit) % most) throw new BadRecurrence(`${part}=${wanted}`);
    }
  }
  return read;
}
