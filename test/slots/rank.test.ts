import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, intervalFrom, plus, type Instant, type Interval } from '../../src/kernel/interval.js';
import { DEFAULT_POLICY } from '../../src/kernel/policy.js';
import { rfc3339, wallClock } from '../../src/kernel/zone.js';
import { rankSlots, type RankFacts, type RankedSlot } from '../../src/slots/rank.js';
import { searchSlots } from '../../src/slots/search.js';
import { at, span } from '../calendar/events.js';

const BERLIN = 'Europe/Berlin';
const near = at('2026-11-30 13:00');
const facts = (parts: Partial<RankFacts> = {}): RankFacts => ({ near, zone: BERLIN, pastStarts: [], busy: [span('2026-11-30 13:00', '2026-11-30 14:00')], count: 4, ...parts });
const hour = (text: string): Interval => intervalFrom(at(text), HOUR);
const shown = (ranked: readonly RankedSlot[]): string[] => ranked.map((s) => rfc3339(s.start, BERLIN).slice(5, 16));
/** All slots of two weeks, with Monday 13:00 taken. */
const slots = searchSlots({
  now: at('2026-11-26 12:00'), policy: { ...DEFAULT_POLICY, horizonMs: 14 * DAY }, zone: BERLIN, lengthMs: HOUR,
  busy: facts().busy, sessionStarts: [],
});
const best = (ranked: readonly RankedSlot[]): RankedSlot | undefined => [...ranked].sort((a, b) => b.score - a.score)[0];

describe('rankSlots', () => {
  test('Monday 13:00 gets Monday 14:00 as its best, and a menu over several days, by time', () => {
    const ranked = rankSlots(slots, facts());
    expect(rfc3339(best(ranked)!.start, BERLIN)).toBe('2026-11-30T14:00:00+01:00');
    expect(best(ranked)?.reasons).toEqual(['same day', 'similar time', 'keeps the day compact']);
    expect(shown(ranked)).toEqual([...shown(ranked)].sort());
    expect(new Set(ranked.map((s) => wallClock(s.start, BERLIN).date)).size).toBeGreaterThanOrEqual(3);
  });

  test('Monday 14:00 is offered also to one who always came at 13:00, with other days as compact as can be', () => {
    const mondays = [1, 2, 3, 4, 5].map((weeks) => plus(near, -weeks * 7 * DAY));
    const busy = [0, 1, 2, 3, 4, 7].flatMap((days) => [
      intervalFrom(plus(near, days * DAY - HOUR), days === 0 ? 2 * HOUR : HOUR), intervalFrom(plus(near, days * DAY + HOUR + (days === 0 ? HOUR : 0)), HOUR)]);
    const free = slots.filter((slot) => !busy.some((b) => b.start < slot.end && slot.start < b.end));
    expect(shown(rankSlots(free, facts({ pastStarts: mondays, busy })))).toContain('11-30T14:00');
  });

  test('at most two of four on one day if others exist, all if none do', () => {
    const monday = ['09:00', '10:00', '11:00', '14:00', '15:00'].map((time) => hour(`2026-11-30 ${time}`));
    const far = [hour('2027-01-20 08:00'), hour('2027-01-21 07:00')];
    expect(shown(rankSlots([...monday, ...far], facts())).filter((s) => s.startsWith('11-30'))).toHaveLength(2);
    expect(rankSlots(monday, facts())).toHaveLength(4);
    expect(rankSlots(monday.slice(0, 1), facts())).toHaveLength(1);
  });

  test('a day that is not yet on the menu beats a slightly better time on one that is', () => {
    const four = ['2026-11-30 14:00', '2026-12-02 13:00', '2026-12-02 15:00', '2026-12-03 15:00'].map(hour);
    expect(shown(rankSlots(four, facts({ count: 3 })))).toEqual(['11-30T14:00', '12-02T13:00', '12-03T15:00']);
  });

  test('the same hour beats another, the same weekday beats its neighbour', () => {
    expect(shown(rankSlots([hour('2026-12-01 13:00'), hour('2026-12-01 16:00')], facts({ count: 1 })))).toEqual(['12-01T13:00']);
    expect(shown(rankSlots([hour('2026-12-07 13:00'), hour('2026-12-08 13:00')], facts({ count: 1 })))).toEqual(['12-07T13:00']);
  });

  test('hours are compared on the wall clock, over a change of the clocks', () => {
    const given = facts({ near: at('2026-10-20 13:00'), busy: [], count: 1 });
    const [one] = rankSlots([hour('2026-10-27 12:00'), hour('2026-10-27 13:00')], given);
    expect(one).toMatchObject({ start: at('2026-10-27 13:00'), reasons: ['same weekday', 'same time'] });
  });

  test('where the client used to come, and beside other sessions, counts', () => {
    const two = [hour('2026-12-01 11:00'), hour('2026-12-01 15:00')];
    expect(shown(rankSlots(two, facts({ count: 1, pastStarts: [at('2026-10-06 15:00'), at('2026-10-13 15:00')] })))).toEqual(['12-01T15:00']);
    expect(shown(rankSlots(two, facts({ count: 1, pastStarts: [at('2026-10-06 11:00')] })))).toEqual(['12-01T11:00']);
    for (const beside of [span('2026-12-01 16:00', '2026-12-01 17:00'), span('2026-12-01 14:00', '2026-12-01 15:00')]) {
      const [one] = rankSlots(two, facts({ count: 1, busy: [beside] }));
      expect(one).toMatchObject({ start: at('2026-12-01 15:00') });
      expect(one?.reasons).toContain('keeps the day compact');
    }
  });

  test('nothing in, nothing out; count is kept', () => {
    expect(rankSlots([], facts())).toEqual([]);
    expect(rankSlots(slots, facts({ count: 0 }))).toEqual([]);
    expect(rankSlots(slots, facts({ count: 6 }))).toHaveLength(6);
  });

  test('is some of the slots, sorted, unlike, the same in whatever order the facts come', () => {
    const moments = fc.array(fc.integer({ min: 0, max: 21 * 48 }).map((n): Instant => plus(at('2026-11-23'), n * 30 * MINUTE)), { maxLength: 60 });
    fc.assert(fc.property(moments, moments, moments, fc.integer({ min: 0, max: 6 }), (free, past, taken, count) => {
      const given = [...new Set(free)].map((start) => intervalFrom(start, HOUR));
      const busy = taken.map((start) => intervalFrom(start, HOUR));
      const ranked = rankSlots(given, facts({ pastStarts: past, busy, count }));
      expect(ranked).toHaveLength(Math.min(count, given.length));
      expect(ranked.map((s) => s.start)).toEqual([...new Set(ranked.map((s) => s.start))].sort((a, b) => a - b));
      for (const s of ranked) expect(given.some((g) => g.start === s.start && g.end === s.end)).toBe(true);
      const turned = rankSlots([...given].reverse(), facts({ pastStarts: [...past].reverse(), busy: [...busy].reverse(), count }));
      expect(turned).toEqual(ranked);
      const onDay = new Map<string, number>();
      for (const s of ranked) onDay.set(wallClock(s.start, BERLIN).date, (onDay.get(wallClock(s.start, BERLIN).date) ?? 0) + 1);
      const left = given.filter((g) => !ranked.some((s) => s.start === g.start)).map((g) => wallClock(g.start, BERLIN).date);
      for (const [day, n] of onDay) if (n > Math.ceil(count / 2)) expect(left.every((d) => (onDay.get(d) ?? 0) >= Math.ceil(count / 2) || d === day)).toBe(true);
    }), { numRuns: 300 });
  });

  test('is the menu that the rules give when they are read plainly, each slot against each fact', () => {
    const moments = fc.array(fc.integer({ min: 0, max: 40 * 96 }).map((n): Instant => plus(at('2026-10-12'), n * 15 * MINUTE)), { maxLength: 60 });
    fc.assert(fc.property(moments, moments, moments, fc.integer({ min: 0, max: 6 }), (free, pastStarts, taken, count) => {
      const given = [...new Set(free)].map((start) => intervalFrom(start, HOUR));
      const busy = taken.map((start) => intervalFrom(start, 45 * MINUTE));
      const asked = facts({ near: at('2026-10-26 13:00'), pastStarts, busy, count });
      expect(rankSlots(given, asked)).toEqual(plainly(given, asked));
    }), { numRuns: 300 });
  });
});

/** The rules of the menu as they are told, with nothing counted ahead. */
function plainly(slots: readonly Interval[], { near: wished, zone, pastStarts, busy, count }: RankFacts): RankedSlot[] {
  const minuteOf = (ms: Instant): number => wallClock(ms, zone).hour * 60 + wallClock(ms, zone).minute;
  const dateOf = (ms: Instant): number => Date.parse(wallClock(ms, zone).date) / DAY;
  const all = slots.map((slot) => {
    const days = Math.abs(dateOf(slot.start) - dateOf(wished));
    const hours = Math.abs(minuteOf(slot.start) - minuteOf(wished)) / 60;
    const habits = pastStarts.filter((p) => Math.abs(minuteOf(p) - minuteOf(slot.start)) <= 30);
    const onWeekday = habits.filter((p) => wallClock(p, zone).weekday === wallClock(slot.start, zone).weekday);
    const before = busy.some((b) => b.end <= slot.start && slot.start - b.end <= 15 * MINUTE);
    const after = busy.some((b) => b.start >= slot.end && b.start - slot.end <= 15 * MINUTE);
    let score = 30 / (1 + days / 3) + 30 / (1 + hours / 1.5);
    if (days % 7 === 0) score += 12;
    if (days === 0 && hours <= 2) score += slot.start < wished ? 10 : 12;
    if (habits.length > 0) score += (6 * habits.length + 6 * onWeekday.length) / pastStarts.length;
    if (before || after) score += before && after ? 10 : 6;
    const reasons: RankedSlot['reasons'][number][] = [];
    if (days === 0) reasons.push('same day');
    else if (days % 7 === 0) reasons.push('same weekday');
    if (hours === 0) reasons.push('same time');
    else if (hours <= 2) reasons.push('similar time');
    if (habits.length > 0) reasons.push('came at this time before');
    if (before || after) reasons.push('keeps the day compact');
    return { ...slot, score: Math.round(score * 100) / 100, reasons };
  }).sort((a, b) => b.score - a.score || a.start - b.start);
  const menu: RankedSlot[] = [];
  while (menu.length < count && menu.length < all.length) {
    const worth = (s: RankedSlot): number => {
      const there = menu.filter((m) => dateOf(m.start) === dateOf(s.start)).length;
      return s.score - 8 * there - (menu.some((m) => m.start < s.end && s.start < m.end) ? 15 : 0) - (there >= Math.ceil(count / 2) ? 1000 : 0);
    };
    const left = all.filter((s) => !menu.includes(s));
    const most = Math.max(...left.map(worth));
    menu.push(left.find((s) => worth(s) === most)!);
  }
  return menu.sort((a, b) => a.start - b.start);
}
