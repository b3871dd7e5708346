/** Reads the `recurrence` lines of a master (RFC 5545 3.8.5). What cannot be read is a fault in words, never an exception. */
import { ruleOf, type Rule } from './rule.js';
import { readPeriod, Unreadable, type WrittenTime } from './written-time.js';

export interface RecurrenceLines {
  readonly rules: readonly Rule[];
  readonly exRules: readonly Rule[];
  readonly dates: readonly WrittenTime[];
  readonly exDates: readonly WrittenTime[];
  /** One entry for each line, date or part that was left out because it could not be read, and for each combination of
   *  parts that RFC 5545 forbids: such a rule is read as RFC 2445 read it, the part of the wrong place being a limit. */
  readonly faults: readonly string[];
}

/** Reads all lines, in any order. Lines other than RRULE, EXRULE, RDATE and EXDATE are faults (Google refuses them). */
export function readRecurrence(lines: readonly string[]): RecurrenceLines {
  const read = { rules: [] as Rule[], exRules: [] as Rule[], dates: [] as WrittenTime[], exDates: [] as WrittenTime[], faults: [] as string[] };
  for (const line of lines) {
    orFault(read.faults, () => {
      const { name, zone, value } = splitLine(line);
      if (name === 'RRULE' || name === 'EXRULE') {
        const { rule, faults } = ruleOf(value);
        (name === 'RRULE' ? read.rules : read.exRules).push(rule);
        read.faults.push(...faults);
      } else if (name === 'RDATE' || name === 'EXDATE') {
        const into = name === 'RDATE' ? read.dates : read.exDates;
        // One bad date takes nothing from the others
        for (const text of value.split(',')) orFault(read.faults, () => { into.push(readPeriod(text.trim(), zone)); });
      } else throw new Unreadable(`unknown line ${name.slice(0, 40)}`);
    });
  }
  return read;
}

function orFault(faults: string[], read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    faults.push(error.message);
  }
}

function splitLine(line: string): { name: string; zone: string | null; value: string } {
  const parts = /^([A-Za-z-]+)((?:;[^:;]*(?:"[^"]*")?)*):(.*)$/s.exec(line.replace(/\r?\n[ \t]/g, '').trim());
  if (!parts) throw new Unreadable(`not a recurrence line: ${line.slice(0, 40)}`);
  const [, name = '', parameters = '', value = ''] = parts;
  const zone = /;TZID="?([^";]+)"?/i.exec(parameters)?.[1] ?? null;
  return { name: name.toUpperCase(), zone, value: value.trim() };
}
