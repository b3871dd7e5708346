/** What clients and coach do with links, pages and programs. */
import type { RequestId } from '../../src/kernel/ids.js';
import { instant } from '../../src/kernel/interval.js';
import { rfc3339 } from '../../src/kernel/zone.js';
import { decide as decideAs } from '../../src/resolution/decide.flow.js';
import type { Decision } from '../../src/resolution/decision.js';
import { count } from '../mirror/converge-tally.js';
import { MINUTE_MS, ZONE } from './model-cast.js';
import { formsWith, linksIn, offersNothing, startsOn, valuesOf, type Link } from './model-links.js';
import { Killed } from './model-mortal.js';
import type { Stage } from './model-stage.js';
import type { Step } from './model-steps.js';

type Do<T extends Step['step']['do']> = Extract<Step['step'], { do: T }>;

export async function ask(t: Stage, { who, times }: Do<'ask'>): Promise<void> {
  const client = t.clients[who];
  if (!client) return;
  const starts = times.map((nth) => t.scene.times[nth] ?? 0);
  t.scene.wanted = starts[0] ?? 0;
  t.isAsked = true;
  const key = `${t.run}-${t.scene.made++}`;
  for (let attempt = 0; attempt < 2; attempt++) {
    const { status, body } = await t.api('POST', '', { coach: `kim${t.run}`, client: { name: client.name, email: client.email, time_zone: ZONE }, session_type: client.topic, wanted_starts: starts.map((s) => rfc3339(instant(s), ZONE)) }, key);
    count(`ask: ${status}${body.outcome === undefined ? '' : ' already yours'}`);
    if (status < 300 && typeof body.id === 'string') t.requests.push({ id: body.id, email: client.email });
    if (status < 500) return;
    // Programs repeat what was not answered, under the same key.
    if (t.a.isDead) await t.restart(1);
  }
}

/** The coach decides, by a mailed link, on the pending page, or through the operator. */
export async function decide(t: Stage, step: Do<'decide'>, isAlone: boolean): Promise<void> {
  const { by, which, what, ticks } = step, start = new Date(t.scene.times[step.time] ?? 0).toISOString();
  if (by === 'operator') return operate(t, step);
  const link = by === 'link' ? linksIn((await t.mails()).ours.filter((m) => m.to.includes(t.coach)))[which] : undefined;
  const id = t.requests.at(-1 - which)?.id;
  const path = by === 'link' ? link && `/l/${link.token}` : id && `/pending/${id}`;
  if (path === undefined) return;
  const { page } = await t.visit('GET', path);
  // Each wanted time that can be asked for has a form of its own.
  const forms = formsWith(page, what), form = forms[step.time % Math.max(1, forms.length)] ?? page;
  const [guard = ''] = valuesOf(page, 'guard'), [about] = valuesOf(form, 'about'), [wanted] = valuesOf(form, 'wanted'), [revision = '0'] = valuesOf(page, 'revision'), tick = ticks ? valuesOf(form, 'tick') : [];
  if (tick.length > 0 && what === 'option2') for (const request of t.requests) t.tolerant.add(request.id);
  if (what === 'option2' && wanted !== undefined) { t.scene.wanted = Date.parse(wanted); count(`asked for the wanted time ${forms.indexOf(form) + 1} of ${forms.length}`); }
  const sent = { do: what, guard, revision: by === 'stale page' ? String(Number(revision) - 1) : revision, ...(about !== undefined && { about }), ...(wanted !== undefined && { wanted }), tick, ...(what === 'manual' && { start }) };
  const { status } = await t.post(path, sent, isAlone && (by === 'stale page' || offersNothing(page)));
  count(`coach by ${by}: ${what} ${status}`);
}
async function operate(t: Stage, { which, what, time }: Do<'decide'>): Promise<void> {
  const { id } = t.requests.at(-1 - which) ?? {};
  if (id === undefined) return;
  const decision: Decision = what === 'option2' ? { do: what, about: null, ticks: [], address: null, clientName: null, wanted: null } : what === 'manual' ? { do: what, start: instant(t.scene.times[time] ?? 0) } : { do: what };
  try {
    const answer = await decideAs(t.a.shell, { coachId: t.coachId, requestId: id as RequestId, revision: null, by: 'operator' }, decision);
    count(`operator: ${what} ${'did' in answer ? 'done' : answer.refused}`);
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  }
}

/** Somebody clicks a link of a client's and confirms: it may be spent, or another's. */
export async function click(t: Stage, { which, what, slot, twice }: Do<'click'>, isAlone: boolean): Promise<void> {
  // The link to the status page stands for nothing to choose; those that do carry what they prepare.
  const link = linksIn((await t.mails()).ours.filter((m) => !m.to.includes(t.coach))).filter((l) => l.queries.some((q) => q !== ''))[which];
  if (!link) return;
  const path = `/l/${link.token}`, { page } = await t.visit('GET', what === 'withdraw' ? `${path}?withdraw=1` : path), isSpent = offersNothing(page);
  t.note(link, page);
  const form = clicked(t, link, what, slot, startsOn(page));
  if (typeof form.start === 'string') {
    t.choices.push({ to: link.to, start: Date.parse(form.start), came: t.g.road.calls.at(-1)?.came ?? 0 });
    if (what === 'start' && !isSpent) t.scene.chosen = Date.parse(form.start);
  }
  const again = twice ? t.visit('POST', path, form) : null;
  // Not to be asked again counts at any time.
  const isIdle = what === 'nonsense' || (isSpent && what !== 'mute');
  const { status, page: told } = await t.post(path, form, isAlone && !twice && isIdle);
  await again;
  t.note(link, told);
  count(`client: ${isSpent ? 'a spent link' : what} ${status}${twice ? ', twice' : ''}`);
}
function clicked(t: Stage, link: Link, what: Do<'click'>['what'], slot: number, shown: readonly string[]): Readonly<Record<string, string | string[]>> {
  const starts = shown.length > 0 ? shown : link.queries.flatMap((q) => new URLSearchParams(q).get('start') ?? []), offGrid = new Date(t.scene.wanted + 7 * MINUTE_MS).toISOString();
  switch (what) {
    case 'start': return { start: starts[slot % Math.max(1, starts.length)] ?? offGrid };
    case 'nonsense': return { start: offGrid };
    case 'keep': return { keep: '1' };
    case 'mute': return { keep: '1', mute: '1' };
    case 'none': return { none: '1', facet: [[], ['mornings'], ['afternoons', 'other-days'], ['mornings', 'afternoons', 'other-days']][slot] ?? [] };
    case 'withdraw': return { withdraw: '1' };
  }
}

/** The incoming client no longer wants the time, and their program says so. */
export async function withdraw(t: Stage, { which }: Do<'withdraw'>): Promise<void> {
  const { id } = t.requests.at(-1 - which) ?? {};
  if (id !== undefined) count(`withdrawn: ${(await t.api('POST', `/${id}/withdraw`, {})).status}`);
}

/** Invariant 5: GET and HEAD of every link change nothing. */
export async function look(t: Stage): Promise<void> {
  const state = async (): Promise<string> => `${await t.digest()} ${t.g.road.calls.length} ${(await t.mails()).ours.length}`, before = await state();
  for (const link of linksIn((await t.mails()).ours).slice(0, 6)) {
    for (const query of ['', ...link.queries.slice(0, 3)]) {
      await t.visit('HEAD', `/l/${link.token}${query}`);
      const { page } = await t.visit('GET', `/l/${link.token}${query}`);
      count('links looked at');
      if (link.to !== t.coach) t.note(link, page);
    }
  }
  if ((await state()) !== before) throw new Error('looking changed something');
}
