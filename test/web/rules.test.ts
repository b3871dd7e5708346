/** The coach's rules: the form reads what it shows, tells all faults at once, and keeps what was typed. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { saveCoach } from '../../src/coach/coach.store.js';
import { changeDetails } from '../../src/coach/rules.flow.js';
import { DAY, HOUR, MINUTE } from '../../src/kernel/interval.js';
import { DEFAULT_POLICY, type Policy } from '../../src/kernel/policy.js';
import { inTx } from '../../src/postgres/transaction.js';
import { defaultOf, FIELDS, hoursOf, readSection, RULES_OF, SECTIONS, shown, type Section } from '../../src/web/rules-form.js';
import { pendingReason, signedIn, wish, on } from '../support/story.js';
import { aWorld, KIM, type World } from '../support/world.js';

const read = (section: Section, typed: Record<string, string>, policy: Policy = DEFAULT_POLICY): { rules?: Partial<Policy>; faults?: Record<string, string> } => readSection(section, typed, policy);
const asShown = (section: Section, policy: Policy): Record<string, string> =>
  section === 'hours' ? Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((d) => [`hours${d}`, hoursOf(policy, d)]))
    : { ...Object.fromEntries(FIELDS[section].map((f) => [f.id, shown(f, policy)])), ...(section === 'sessions' && Object.fromEntries(policy.sessionTypes.flatMap((t, i) => [[`typeName${i}`, t.name], [`typeMinutes${i}`, String(t.lengthMs / MINUTE)]]))) };

describe('reading the form', () => {
  const odd: Policy = { ...DEFAULT_POLICY, offerLifetimeMs: 100 * MINUTE + 7, settleMs: 12_345, reminderAt: 0.333, sessionTypes: [{ name: 'First talk', lengthMs: 20 * MINUTE }], maxPerDay: 3, workingHours: [{ weekday: 2, from: '08:00', to: '24:00' }] };
  test.each(SECTIONS)('%s: what is shown and sent back as it is changes nothing, to the millisecond; each rule stands in one section', (section) => {
    for (const policy of [DEFAULT_POLICY, odd]) expect(read(section, asShown(section, policy), policy)).toEqual({ rules: {} });
    expect(read(section, {}, odd)).toEqual({ rules: {} });
    expect(SECTIONS.flatMap((s) => RULES_OF[s]).sort()).toEqual(Object.keys(DEFAULT_POLICY).sort());
  });
  test('every field says what it does and what its default is', () => {
    for (const f of Object.values(FIELDS).flat()) { expect(f.does).toMatch(/\.$/); expect(defaultOf(f)).not.toBe(''); }
  });
  test('working hours as people write them', () => {
    expect(read('hours', { hours1: '9-12, 13.30 – 17:00', hours2: '', hours6: '22:00 to 24:00' }).rules?.workingHours).toEqual([
      { weekday: 1, from: '09:00', to: '12:00' }, { weekday: 1, from: '13:30', to: '17:00' },
      ...[3, 4, 5].map((weekday) => ({ weekday, from: '09:00', to: '17:00' })), { weekday: 6, from: '22:00', to: '24:00' },
    ]);
    const bad = { hours1: 'nine to five', hours2: '12-9', hours3: '9-12, 11-14', hours4: '25-26', hours5: '9:75-10', hours6: '9', hours7: '24:30-24:45' };
    expect(Object.keys(read('hours', bad).faults ?? {})).toEqual(Object.keys(bad));
  });
  test('numbers in their units, with their bounds; all faults at once', () => {
    expect(read('spacing', { buffer: '10', notice: '1,5', horizon: '30', perDay: '', perWeek: '12', grid: '15' }).rules).toEqual({ bufferMs: 10 * MINUTE, minimumNoticeMs: 1.5 * HOUR, horizonMs: 30 * DAY, maxPerWeek: 12, gridMs: 15 * MINUTE });
    expect(read('spacing', { buffer: '', notice: '-1', horizon: '86', perDay: '0', perWeek: '1.5', grid: 'x' }).faults).toEqual({
      buffer: 'A number is needed here.', notice: '“-1” is no number. Write, for example, 12.', horizon: 'At most 85 days.', perDay: 'At least 1 sessions.', perWeek: 'A whole number is needed here.', grid: '“x” is no number. Write, for example, 30.',
    });
    expect(read('asking', { reminder: '33', asks: '0', asksDays: '400', choices: '7', land: 'never' }).faults).toEqual({ asksDays: 'At most 365 days.', choices: 'At most 6 times.', land: 'Choose one of these.' });
    expect(read('asking', { reminder: '', asks: '2' }).rules).toEqual({ reminderAt: null, asksPerClient: { count: 2, days: 30 } });
  });
  test('kinds of sessions: rows without anything are none', () => {
    expect(read('sessions', { typeName0: 'First talk', typeMinutes0: '20', typeName1: '', typeMinutes1: '', typeName2: 'Coaching', typeMinutes2: '90' }).rules?.sessionTypes).toEqual([{ name: 'First talk', lengthMs: 20 * MINUTE }, { name: 'Coaching', lengthMs: 90 * MINUTE }]);
    expect(Object.keys(read('sessions', { length: '1000', typeName0: '', typeMinutes0: '20', typeName1: 'A', typeMinutes1: '1', typeName2: 'B', typeMinutes2: '60', typeName3: 'b', typeMinutes3: '60' }).faults ?? {}).sort()).toEqual(['length', 'typeMinutes1', 'typeName0', 'typeName3']);
  });
});

describe('the page', () => {
  let w: World;
  let kim: Awaited<ReturnType<typeof signedIn>>;
  beforeAll(async () => { w = await aWorld({ events: [] }); });
  afterAll(async () => { await w.close(); });
  beforeEach(async () => { kim = await signedIn(w); });
  const policy = async (): Promise<object> => (await w.one<{ policy: object }>('select policy from coaches where id = :id', { id: w.coachId }))?.policy ?? {};
  const send = async (section: string, form: Record<string, string>): Promise<{ status: number; page: string }> => {
    const guard = /name="guard" value="([^"]*)"/.exec((await kim.get('/rules')).page)?.[1] ?? '';
    const answer = await fetch(`${w.url}/rules/${section}`, { method: 'POST', headers: { ...kim.headers, 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ guard, ...form }).toString() });
    return { status: answer.status, page: await answer.text() };
  };

  test('nobody who is not signed in sees or changes it; a forged guard is refused; looking changes nothing', async () => {
    const before = await w.fingerprint();
    for (const path of ['/rules', '/calendars']) {
      const answer = await fetch(w.url + path);
      expect([answer.status, (await answer.text()).includes(`/auth/google?to=${encodeURIComponent(path)}`)]).toEqual([401, true]);
    }
    for (const [headers, guard] of [[{}, ''], [kim.headers, ''], [kim.headers, 'forged']] as const) {
      const answer = await fetch(`${w.url}/rules/asking`, { method: 'POST', headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ guard, land: 'manual' }).toString() });
      expect(answer.status).toBe(401);
    }
    await kim.get('/rules');
    await fetch(`${w.url}/rules`, { method: 'HEAD', headers: kim.headers });
    expect(await w.fingerprint()).toBe(before);
  });
  test('a good change counts at once and is remembered by name; the defaults come back', async () => {
    const id = await wish(w, on(0, '19:00'));
    expect(await pendingReason(w, id)).toBe('outside-hours');
    const saved = await send('hours', { hours1: '09:00–21:00' });
    expect([saved.status, saved.page.includes('Saved.'), saved.page.includes('value="09:00–21:00"')]).toEqual([200, true, true]);
    expect(await policy()).toEqual({ workingHours: [{ weekday: 1, from: '09:00', to: '21:00' }, ...[2, 3, 4, 5].map((weekday) => ({ weekday, from: '09:00', to: '17:00' }))] });
    expect(await w.one(`select what, by, facts from history where what = 'rules changed'`)).toEqual({ what: 'rules changed', by: 'coach', facts: { rules: ['workingHours'] } });
    expect((await send('hours', { do: 'defaults' })).page).toContain('These are the defaults again.');
    expect(await policy()).toEqual({});
    expect((await send('hours', { do: 'defaults' })).page).toContain('These were the defaults already.');
    expect((await w.all(`select 1 from history where what = 'rules changed'`))).toHaveLength(2);
  });
  test('a bad one changes nothing, tells every fault beside its field, and keeps what was typed', async () => {
    const before = await policy();
    const { status, page } = await send('spacing', { buffer: '<b>ten</b>', notice: '9999', horizon: '45' });
    expect(status).toBe(400);
    expect(page).toContain('2 things need a correction');
    expect(page).toContain('value="&lt;b&gt;ten&lt;/b&gt;"');
    expect(page).toContain('value="45"');
    expect(page.match(/aria-invalid="true"/g)).toHaveLength(2);
    expect(page).toContain('Shortest notice: At most 1440 hours.');
    expect(await policy()).toEqual(before);
    expect((await send('nowhere', {})).status).toBe(404);
  });
  test('name, zone and the address of the booking page', async () => {
    await inTx(w.shell.db, 'commit coach', (tx) => saveCoach(tx, { slug: 'bo', name: 'Bo', email: 'bo@coach.example', zone: 'Europe/Berlin', policy: {} }, w.now()));
    const taken = await send('you', { name: 'Kim B.', zone: 'Europe/Paris', slug: 'bo' });
    expect([taken.status, taken.page.includes('Another coach has this address'), taken.page.includes('value="Kim B."')]).toEqual([409, true, true]);
    const bad = await send('you', { name: ' ', zone: 'Mars/Olympus', slug: '-' });
    expect([bad.status, bad.page.includes('3 things need a correction')]).toEqual([400, true]);
    expect(await w.one('select slug, name from coaches where id = :id', { id: w.coachId })).toEqual({ slug: KIM.slug, name: KIM.name });
    const good = await send('you', { name: 'Kim B.', zone: 'Europe/Paris', slug: 'Kim-B' });
    expect([good.status, good.page.includes('/book/kim-b')]).toEqual([200, true]);
    expect(await w.one('select slug, name, time_zone from coaches where id = :id', { id: w.coachId })).toEqual({ slug: 'kim-b', name: 'Kim B.', time_zone: 'Europe/Paris' });
    expect(await w.one(`select facts from history where what = 'details changed'`)).toEqual({ facts: { details: ['name', 'zone', 'slug'] } });
    await send('you', { name: KIM.name, zone: KIM.zone, slug: KIM.slug });
  });
  test('two coaches want one address at one moment: one gets it, the other is told', async () => {
    const ids = await Promise.all(['ada', 'cyd'].map((slug) => inTx(w.shell.db, 'commit coach', (tx) => saveCoach(tx, { slug, name: slug, email: `${slug}@coach.example`, zone: 'Europe/Berlin', policy: {} }, w.now()))));
    const answers = await Promise.all(ids.map((coachId) => changeDetails(w.shell, { coachId, by: 'coach' }, { name: 'A coach', zone: 'Europe/Berlin', slug: 'one-address' })));
    expect(answers.map((a) => ('refused' in a ? a.refused : a.changed.join())).sort()).toEqual(['name,slug', 'slug-taken']);
    expect(await w.all(`select 1 from coaches where slug = 'one-address'`)).toHaveLength(1);
  });
});
