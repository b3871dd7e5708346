/** Every line that the history can have about a request or a session has a sentence of its own. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { EDIT_IN_WORDS } from '../../src/calendar/edit.js';
import { instant } from '../../src/kernel/interval.js';
import { OPTION_1, OPTION_2 } from '../../src/resolution/states.js';
import { isTold, sayingOf, type Cast } from '../../src/resolution/told.js';
import { at } from '../calendar/events.js';

const ROOMS = ['requests', 'resolution', 'mail'];
const source = ROOMS.flatMap((room) => readdirSync(`src/${room}`).filter((f) => f.endsWith('.ts')).map((f) => readFileSync(`src/${room}/${f}`, 'utf8'))).join('\n');
const remembered = [...source.matchAll(/remember\(tx, \{[^]*?\}\);/g)].map(([call]) => /what: (.*?), by/s.exec(call)?.[1] ?? '');
/** What a `what:` can be: texts as they are, and of templates what stands before the variable. */
const texts = [...new Set(remembered.flatMap((what) => [...what.matchAll(/'([^']+)'|`([^`$]+)\$/g)].map((m) => m[1] ?? `${m[2] ?? ''}x`)))];
const cast: Cast = { zone: 'Europe/Berlin', incoming: 'Sam', asked: 'Dana', lengthMs: 3_600_000, named: (key) => `<${key}>` };
const says = (what: string, facts: Record<string, unknown> = {}, by = 'makeway'): string => sayingOf({ at: instant(0), what, by, facts }, cast).says;

describe('the history in sentences', () => {
  test('each call that remembers something about a request was found, and what it writes has a sentence', () => {
    expect(remembered.length).toBeGreaterThanOrEqual(8);
    expect(texts.length).toBeGreaterThanOrEqual(10);
    expect(texts.filter((what) => !isTold(what))).toEqual([]);
  });
  test('so has each fact of the state machine', () => {
    const lines = /const LINES[^=]*= \{([^]*?)\n\};/.exec(source)?.[1] ?? '';
    const renamed = new Map([...lines.matchAll(/(?:'([^']+)'|(\w+)): '([^']+)'/g)].map((m) => [m[1] ?? m[2] ?? '', m[3] ?? '']));
    expect(renamed.size).toBeGreaterThan(5);
    const ways = [OPTION_1, OPTION_2].flatMap((table) => Object.values(table).flatMap((facts) => Object.entries(facts)));
    for (const [fact, way] of ways) {
      const what = fact === 'not moved' ? 'choice undone: x' : way.because === null ? renamed.get(fact) ?? fact : `ask ended: ${way.because}`;
      expect(isTold(what), what).toBe(true);
      if (way.because !== null) expect(says(what), what).not.toContain(`: ${way.because}.`);
    }
  });
  test('as have decisions, endings and edits', () => {
    for (const what of ['decided: option1', 'decided: option2', 'decided: manual', 'decided: decline', 'decided: not-a-client', 'declined', 'expired', ...Object.values(EDIT_IN_WORDS)]) expect(isTold(what), what).toBe(true);
    for (const end of ['kept', 'expired', 'superseded', 'undeliverable', 'taken', 'stuck', 'passed']) expect(says(`ask ended: ${end}`), end).not.toContain(`: ${end}.`);
    expect(isTold('something new')).toBe(false);
    expect(says('something new')).toBe('something new.');
  });
  test('names and times are joined when it is told', () => {
    expect(says('received', { wanted: [at('2026-12-07 13:00'), at('2026-12-08 09:00')] })).toBe('Sam asked for Monday 7 December, 13:00–14:00, else Tuesday 8 December, 09:00–10:00.');
    expect(says('not free', { start: at('2026-12-07 13:00'), reason: 'taken', blockers: ['ca_1/dana/single'] })).toBe('Monday 7 December, 13:00–14:00 could not be booked at once. That time is taken. There stood: <ca_1/dana/single>.');
    expect(says('decided: option2', {}, 'coach')).toBe('The coach decided to ask Dana to move. Meanwhile the session stays, and its time is promised to Sam.');
    expect(says('moved', { start: at('2026-12-07 14:00') })).toBe('The session of Dana was moved in Google to Monday 7 December, 14:00–15:00.');
    expect(says('vacated', {}, 'google')).not.toBe(says('vacated', {}, 'makeway'));
    expect(says('choice undone: it is too late')).toBe('What Dana had chosen could not be carried out: it is too late.');
    expect(says('offered anew', { slots: [{ start: at('2026-12-07 15:00'), end: at('2026-12-07 16:00'), reasons: ['same day'] }] })).toBe('The same link showed fresh times:\n    Monday 7 December, 15:00–16:00, because: same day');
    // Facts of another release, or broken ones, are no reason to fail
    for (const facts of [{}, { wanted: 'x', start: 'y', reason: 7, blockers: 1, slots: 3, to: null }]) for (const what of ['received', 'not free', 'given to the coach', 'slot chosen', 'moved', 'landed', 'choice undone: x', 'offered anew']) expect(says(what, facts)).toMatch(/[.:]$/);
  });
});
