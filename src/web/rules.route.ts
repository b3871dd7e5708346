import type { FastifyInstance, FastifyReply } from 'fastify';
import { coachById } from '../coach/coach.store.js';
import { changeDetails, changeRules } from '../coach/rules.flow.js';
import { Problem } from '../kernel/problem.js';
import { knownZone } from '../kernel/zone.js';
import { calendarsOf } from '../mirror/calendar.store.js';
import { showTo } from './coach-door.step.js';
import { NOTHING_TOLD, rulesPage, type RulesView } from './pages/index.js';
import { DAYS, FIELDS, readSection, RULES_OF, SECTIONS, type Section, type Typed } from './rules-form.js';
import { mustBe, type SignedIn } from './signed-in.step.js';
import type { Web } from './web.port.js';

const CLEAN = /^[^\p{Cc}]*$/u;
const SLUG = /^[a-z0-9][a-z0-9-]{1,62}$/;
/** The texts of a form, each at most as long as any field here takes. */
const typedIn = (body: unknown): Typed =>
  Object.fromEntries(Object.entries((body ?? {}) as Record<string, unknown>).flatMap(([id, text]) => (typeof text === 'string' ? [[id, text.slice(0, 400)]] : [])));
/** What a field is called, before its fault. */
function labelOf(id: string): string {
  const field = Object.values(FIELDS).flat().find((f) => f.id === id);
  const [, what, n] = /^(hours|typeName|typeMinutes)(\d+)$/.exec(id) ?? [];
  if (what === 'hours') return DAYS[Number(n) - 1] ?? id;
  if (what !== undefined) return `Kind of session ${Number(n) + 1}`;
  return field?.label ?? { name: 'Your name', zone: 'Your time zone', slug: 'Address of your booking page' }[id] ?? id;
}

/** The coach's rules: one form for each part of them. */
export function rulesRoutes(app: FastifyInstance, { shell }: Web): void {
  app.get('/rules', (request, reply) => showTo(shell, request, reply, '/rules', (who) => draw(who, { told: NOTHING_TOLD, sent: null })));

  app.post<{ Params: { section: string } }>('/rules/:section', async (request, reply) => {
    const who = await mustBe(shell, request);
    const typed = typedIn(request.body);
    if (request.params.section === 'you') return saveYou(who, typed, reply);
    const section = SECTIONS.find((s) => s === request.params.section);
    if (!section) throw new Problem('PAGE_UNKNOWN', 'There is no such page.');
    const about = { coachId: who.coach.id, by: 'coach' } as const;
    if (typed.do === 'defaults') {
      const changed = await changeRules(shell, about, { set: {}, drop: RULES_OF[section] });
      return show(reply, 200, who, { told: done(changed.length === 0 ? 'These were the defaults already.' : 'These are the defaults again.'), sent: null });
    }
    const read = readSection(section, typed, who.coach.policy);
    if ('faults' in read) return refuse(reply, 400, who, section, typed, read.faults);
    const changed = await changeRules(shell, about, { set: read.rules, drop: [] });
    return show(reply, 200, who, { told: done(changed.length === 0 ? 'Nothing was different, so nothing was changed.' : 'Saved. It counts from now on.'), sent: null });
  });

  async function saveYou(who: SignedIn, typed: Typed, reply: FastifyReply): Promise<FastifyReply> {
    const details = { name: (typed.name ?? who.coach.name).trim(), zone: typed.zone ?? who.coach.zone, slug: (typed.slug ?? who.coach.slug).trim().toLowerCase() };
    const faults = {
      ...(details.name === '' || details.name.length > 200 || !CLEAN.test(details.name) ? { name: 'A name has 1 to 200 characters.' } : {}),
      ...(!/^[A-Za-z]/.test(details.zone) || knownZone(details.zone) === null ? { zone: 'Choose one of these.' } : {}),
      ...(!SLUG.test(details.slug) ? { slug: 'Use 2 to 63 letters a–z, digits and hyphens, beginning with a letter or digit.' } : {}),
    };
    if (Object.keys(faults).length > 0) return refuse(reply, 400, who, 'you', typed, faults);
    const answer = await changeDetails(shell, { coachId: who.coach.id, by: 'coach' }, details);
    if ('refused' in answer) return refuse(reply, 409, who, 'you', typed, { slug: 'Another coach has this address. Choose another one.' });
    return show(reply, 200, who, { told: done(answer.changed.length === 0 ? 'Nothing was different, so nothing was changed.' : 'Saved. It counts from now on.'), sent: null });
  }

  const done = (text: string) => ({ done: text, faults: [] });
  const refuse = (reply: FastifyReply, code: number, who: SignedIn, section: Section | 'you', typed: Typed, faults: Readonly<Record<string, string>>): Promise<FastifyReply> =>
    show(reply, code, who, { told: { done: null, faults: Object.entries(faults).map(([id, fault]) => `${labelOf(id)}: ${fault}`) }, sent: { section, typed, faults } });
  const show = async (reply: FastifyReply, code: number, who: SignedIn, page: Pick<RulesView, 'told' | 'sent'>): Promise<FastifyReply> => reply.code(code).type('text/html').send(await draw(who, page));

  async function draw({ coach: seen, guard }: SignedIn, page: Pick<RulesView, 'told' | 'sent'>): Promise<string> {
    const coach = await coachById(shell.db, seen.id);
    const hasHoursCalendar = (await calendarsOf(shell.db, coach.id)).some((c) => c.role === 'hours');
    return rulesPage({ guard, policy: coach.policy, name: coach.name, zone: coach.zone, slug: coach.slug, bookingUrl: `${shell.publicUrl}/book/${coach.slug}`, hasHoursCalendar, ...page });
  }
}
