import { describe, expect, test } from 'vitest';
import { decodeCalendarList } from '../../src/google/decode-calendar-list.js';
import type { CalendarListEntry } from '../../src/google/google.port.js';
import { DAY, HOUR, instant, MINUTE, plus } from '../../src/kernel/interval.js';
import {
  firstRole, GONE_SETTLE_MS, heedAbsence, heedEntry, isFullDue, needsLook, nextListRead, renamedPrimary, type KnownCalendar,
} from '../../src/mirror/calendar-list.js';
import { planRole } from '../../src/mirror/calendar-role.js';

const NOW = instant(Date.UTC(2026, 10, 23, 9));
const entry = (o: Partial<CalendarListEntry> = {}): CalendarListEntry => ({ id: 'a@x.example', summary: 'Team', timeZone: 'Europe/Berlin', accessRole: 'writer', isPrimary: false, isSelected: true, isHidden: false, ...o });
const known = (o: Partial<KnownCalendar> = {}): KnownCalendar => ({
  googleId: 'a@x.example', summary: 'Team', zone: 'Europe/Berlin', accessRole: 'writer', role: 'busy', isPrimary: false, listed: 'shown', listedAccess: 'writer', listedZone: 'Europe/Berlin', goneSince: null, retiredRole: null, ...o,
});
const did = (k: Partial<KnownCalendar>, e: Partial<CalendarListEntry>): string[] => heedEntry(known(k), entry(e)).map((r) => r.do);

describe('a calendar that was not known', () => {
  test.each([
    ['the primary one at the first read', { isPrimary: true, accessRole: 'owner' }, true, 'sessions'],
    ['a primary one later', { isPrimary: true, accessRole: 'owner' }, false, 'busy'],
    ['an own one', { accessRole: 'owner' }, false, 'busy'],
    ['an own one at the first read', { accessRole: 'owner' }, true, 'busy'],
    ['one shared for writing', { accessRole: 'writer' }, false, 'busy'],
    ['one shared for reading', { accessRole: 'reader' }, false, 'ignored'],
    ['holidays', { accessRole: 'reader' }, true, 'ignored'],
    ['busy times of a colleague', { accessRole: 'freeBusyReader' }, false, 'ignored'],
  ])('%s', (_what, e, isBaseline, role) => { expect(firstRole(entry(e), isBaseline)).toBe(role); });
});

describe('an entry about a known calendar', () => {
  test.each<[string, Partial<KnownCalendar>, Partial<CalendarListEntry>, string[]]>([
    ['nothing new', {}, {}, []],
    ['the list speaks for the first time', { listed: null, listedAccess: null, listedZone: null }, { isSelected: false }, []],
    ['renamed', {}, { summary: 'Other' }, ['rename']],
    ['deselected', {}, { isSelected: false }, ['show']],
    ['hidden', {}, { isHidden: true, isSelected: false }, ['show']],
    ['shown again', { listed: 'hidden' }, {}, ['show']],
    ['on the list again', { listed: 'absent' }, {}, ['list again']],
    ['another zone', {}, { timeZone: 'Asia/Kathmandu' }, ['lay out anew']],
    ['the zone that the pull has seen meanwhile is told once', { zone: 'Asia/Kathmandu', listedZone: 'Europe/Berlin' }, { timeZone: 'Asia/Kathmandu' }, ['lay out anew']],
    ['sessions: writer to reader', { role: 'sessions' }, { accessRole: 'reader' }, ['note access', 'stop writing']],
    ['sessions: the pull has seen it meanwhile', { role: 'sessions', accessRole: 'reader' }, { accessRole: 'reader' }, ['note access', 'stop writing']],
    ['sessions: owner to writer', { role: 'sessions', listedAccess: 'owner' }, {}, ['note access']],
    ['sessions: reader to writer', { role: 'sessions', listedAccess: 'reader' }, {}, ['note access', 'write again']],
    ['sessions: writer to busy times', { role: 'sessions' }, { accessRole: 'freeBusyReader' }, ['note access', 'stop writing', 'read anew']],
    ['busy: writer to reader', {}, { accessRole: 'reader' }, ['note access']],
    ['busy: reader to busy times', { listedAccess: 'reader', accessRole: 'reader' }, { accessRole: 'freeBusyReader' }, ['note access', 'read anew']],
    ['busy: busy times to reader, which a pull has met already', { listedAccess: 'freeBusyReader' }, { accessRole: 'reader' }, ['note access']],
    ['busy: busy times to reader', { listedAccess: 'freeBusyReader', accessRole: 'freeBusyReader' }, { accessRole: 'reader' }, ['note access', 'read anew']],
    ['ignored: reader to busy times', { role: 'ignored', listedAccess: 'reader' }, { accessRole: 'freeBusyReader' }, ['note access']],
    ['renamed and in another zone at once', {}, { summary: 'B', timeZone: 'UTC' }, ['rename', 'lay out anew']],
  ])('%s', (_what, k, e, expected) => { expect(did(k, e)).toEqual(expected); });

  test('it comes back: as it was if its access still allows that, else it takes time', () => {
    const back = (retiredRole: 'sessions' | 'busy' | 'hours', accessRole: string) => heedEntry(known({ role: 'ignored', retiredRole, listed: 'absent' }), entry({ accessRole }));
    expect(back('busy', 'reader')).toEqual([{ do: 'take back', role: 'busy' }]);
    expect(back('sessions', 'writer')).toEqual([{ do: 'take back', role: 'sessions' }]);
    expect(back('sessions', 'reader')).toEqual([{ do: 'take back', role: 'busy' }]);
  });
});

describe('a known calendar that is not on the list', () => {
  const since = plus(NOW, -GONE_SETTLE_MS);
  test.each<[string, Partial<KnownCalendar>, 'readable' | 'gone' | 'refused' | null, string[]]>([
    ['its events can be read: it goes on', {}, 'readable', ['note absence']],
    ['still so at the next read', { listed: 'absent' }, 'readable', []],
    ['its events are gone, too: first time', {}, 'gone', ['note absence', 'lose sight']],
    ['off the list before, now its events go as well', { listed: 'absent' }, 'gone', ['lose sight']],
    ['second time, but too soon', { listed: 'absent', goneSince: plus(since, 1) }, 'gone', []],
    ['second time', { listed: 'absent', goneSince: since }, 'gone', ['retire']],
    ['second time, sessions', { role: 'sessions', listed: 'absent', goneSince: since }, 'gone', ['retire']],
    ['a primary calendar cannot be deleted', { isPrimary: true, listed: 'absent', goneSince: plus(NOW, -DAY) }, 'gone', []],
    ['seen again meanwhile', { listed: 'absent', goneSince: since }, 'readable', ['regain sight']],
    ['a refusal is no evidence', { listed: 'absent', goneSince: since }, 'refused', []],
    ['nobody has looked', { listed: 'absent', goneSince: since }, null, []],
    ['ignored: noted, no more', { role: 'ignored' }, null, ['note absence']],
    ['retired already', { role: 'ignored', listed: 'absent', retiredRole: 'busy' }, 'gone', []],
  ])('%s', (_what, k, sight, expected) => { expect(heedAbsence(known(k), sight, NOW).map((r) => r.do)).toEqual(expected); });

  test('Google is asked only about calendars that are mirrored', () => {
    expect((['sessions', 'busy', 'hours', 'requests', 'ignored'] as const).map((role) => needsLook(known({ role })))).toEqual([true, true, true, true, false]);
  });
});

describe('the account was renamed', () => {
  const primary = known({ googleId: 'old@x.example', isPrimary: true, role: 'sessions' });
  const other = known({ googleId: 'b@x.example' });
  const now = entry({ id: 'new@x.example', isPrimary: true });
  test('its primary calendar is the known one under a new id', () => {
    expect(renamedPrimary([other, primary], [entry({ id: 'b@x.example' }), now])).toEqual({ known: primary, entry: now });
  });
  test.each<[string, KnownCalendar[], CalendarListEntry[]]>([
    ['the id is the known one', [primary], [entry({ id: 'old@x.example', isPrimary: true })]],
    ['both are on the list', [primary], [now, entry({ id: 'old@x.example' })]],
    ['the new id is known as another calendar', [primary, known({ googleId: 'new@x.example' })], [now]],
    ['no primary one was known', [other], [now]],
    ['none is on this part of the list', [primary], []],
  ])('not if %s', (_what, k, e) => { expect(renamedPrimary(k, e)).toBeNull(); });
});

describe('when the list is read', () => {
  test('in full once an hour, since titles and access are not told to a cursor', () => {
    expect([isFullDue(null, NOW), isFullDue(plus(NOW, -HOUR), NOW), isFullDue(plus(NOW, -HOUR + 1), NOW)]).toEqual([true, true, false]);
  });
  test('every five minutes, as rarely as the budget asks for many coaches, ± a quarter; soon while one may be gone', () => {
    const pause = (coaches: number, spread: number, isAnyGone = false): number => (nextListRead(NOW, { coaches, isAnyGone, spread }) - NOW) / MINUTE;
    expect([pause(1, 0), pause(1, 0.5), pause(173, 0.5)]).toEqual([3.75, 5, 5]);
    expect(pause(10_000, 0.5)).toBe(288);
    expect((10_000 * 24 * 60) / pause(10_000, 0.5)).toBeLessThanOrEqual(50_000);
    expect(pause(10_000, 0.5, true)).toBe(5);
  });
});

describe('another role by hand', () => {
  const idle = { asks: 0, landings: 0 };
  test.each<[string, Partial<KnownCalendar>, 'sessions' | 'busy' | 'requests' | 'ignored' | 'hours', { asks: number; landings: number }, object]>([
    ['busy to hours', {}, 'hours', idle, { mirror: 'strip' }],
    ['sessions to hours', { role: 'sessions' }, 'hours', idle, { mirror: 'strip' }],
    ['sessions to hours, while somebody is being asked', { role: 'sessions' }, 'hours', { asks: 1, landings: 0 }, { refused: 'asks' }],
    ['hours to busy', { role: 'hours' }, 'busy', idle, { mirror: 'strip' }],
    ['hours to sessions', { role: 'hours' }, 'sessions', idle, { mirror: 'forget' }],
    ['hours to ignored', { role: 'hours' }, 'ignored', idle, { mirror: 'forget' }],
    ['hours of which only the times can be seen', { role: 'ignored', accessRole: 'freeBusyReader' }, 'hours', idle, { mirror: 'forget' }],
    ['busy to sessions', {}, 'sessions', idle, { mirror: 'forget' }],
    ['sessions to busy', { role: 'sessions' }, 'busy', idle, { mirror: 'strip' }],
    ['busy to ignored', {}, 'ignored', idle, { mirror: 'forget' }],
    ['ignored to busy', { role: 'ignored' }, 'busy', idle, { mirror: 'forget' }],
    ['ignored to requests', { role: 'ignored' }, 'requests', idle, { mirror: 'forget' }],
    ['the same', {}, 'busy', idle, { refused: 'same' }],
    ['sessions without the right to write', { accessRole: 'reader' }, 'sessions', idle, { refused: 'access' }],
    ['requests that cannot be read', { accessRole: 'freeBusyReader' }, 'requests', idle, { refused: 'access' }],
    ['gone', { role: 'ignored', retiredRole: 'busy' }, 'busy', idle, { refused: 'gone' }],
    ['somebody is being asked', { role: 'sessions' }, 'busy', { asks: 1, landings: 0 }, { refused: 'asks' }],
    ['something is being written', { role: 'sessions' }, 'ignored', { asks: 0, landings: 1 }, { refused: 'landings' }],
  ])('%s', (_what, k, to, open, expected) => { expect(planRole(known(k), to, open)).toMatchObject(expected); });
});

describe('pages of the list as Google, or anybody, may send them', () => {
  test('a recorded entry, a removed one, the coach’s own title', () => {
    expect(decodeCalendarList([
      { kind: 'calendar#calendarListEntry', id: 'kim@x.example', summary: 'kim@x.example', timeZone: 'Europe/Berlin', accessRole: 'owner', primary: true, selected: true },
      { id: 'c@group.example', summary: 'Theirs', summaryOverride: 'Mine', timeZone: 'UTC', accessRole: 'reader', hidden: true },
      { id: 'gone@x.example', deleted: true },
    ])).toEqual({
      entries: [
        { id: 'kim@x.example', summary: 'kim@x.example', timeZone: 'Europe/Berlin', accessRole: 'owner', isPrimary: true, isSelected: true, isHidden: false },
        { id: 'c@group.example', summary: 'Mine', timeZone: 'UTC', accessRole: 'reader', isPrimary: false, isSelected: false, isHidden: true },
      ],
      removed: ['gone@x.example'],
    });
  });
  test.each([[undefined], [null], ['text'], [{}], [[null, 7, 'x', {}, { id: 7 }, { id: '' }, { id: 'x'.repeat(1025) }]]])('%j is an empty page', (items) => {
    expect(decodeCalendarList(items)).toEqual({ entries: [], removed: [] });
  });
  test('missing and strange fields', () => {
    expect(decodeCalendarList([{ id: 'a', timeZone: 'Mars/Olympus', summary: 5, accessRole: null, selected: 'yes' }, { id: 'b', summary: `x\u0000\ud800${'y'.repeat(5_000)}` }]).entries).toEqual([
      { id: 'a', summary: 'a', timeZone: 'UTC', accessRole: 'none', isPrimary: false, isSelected: false, isHidden: false },
      { id: 'b', summary: `x\ufffd${'y'.repeat(998)}`, timeZone: 'UTC', accessRole: 'none', isPrimary: false, isSelected: false, isHidden: false },
    ]);
  });
});
