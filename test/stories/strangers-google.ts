/** What happens in Google in courses of strangers: Kim's edits, what slips in, faults. */
import { MINUTE, type Instant } from '../../src/kernel/interval.js';
import { BYSTANDER, EXISTING, INSTANCE, PRIVATE, SERIES_ID } from '../support/marked.js';
import { addAllDay, holdCall, INSERTS, MONDAY, on, PATCHES, startsIn, trouble, type Rule } from '../support/story.js';
import { KIM, type World } from '../support/world.js';
import { asksFree, chooses, option2 } from './strangers-steps.js';
import type { Stage, Step } from './strangers-stage.js';

/** An edit, then the time until it is read and believed. */
const inGoogle = (edit: (w: World) => Promise<unknown>): Step => async ({ w }) => {
  await edit(w);
  await w.pass(30_000);
  await w.pass(MINUTE);
};
export const drags = inGoogle((w) => w.moveTo(INSTANCE, on(2, '15:00')));
export const deletes = inGoogle((w) => w.deleteEvent(INSTANCE));
export const setsFree = inGoogle((w) => w.patchEvent(INSTANCE, { transparency: 'transparent' }));
export const endsSeries = inGoogle((w) => w.deleteEvent(SERIES_ID));
export const removesGuest = inGoogle((w) => w.patchEvent(INSTANCE, { attendees: [] }));
export const makesGroup: Step = (stage) => {
  stage.reach.knowEachOther(INSTANCE);
  return inGoogle((w) => w.patchEvent(INSTANCE, { attendees: [{ email: EXISTING.email }, { email: BYSTANDER.email }] }))(stage);
};
export const declinesInGoogle = inGoogle((w) => w.patchEvent(INSTANCE, { attendees: [{ email: EXISTING.email, responseStatus: 'declined' }] }, EXISTING.email));
const landedEvent = async (w: World): Promise<string> =>
  (await w.one<{ event_id: string }>(`select event_id from landings where state = 'landed'`))?.event_id ?? '';
export const dragsLanded = inGoogle(async (w) => w.moveTo(await landedEvent(w), on(2, '16:00')));
export const deletesLanded = inGoogle(async (w) => w.deleteEvent(await landedEvent(w)));
export const groupStands: Step = (stage) => {
  stage.reach.knowEachOther('peregroup');
  return inGoogle((w) => w.addEvent({ id: 'peregroup', summary: 'Hurdygurdy group', start: on(3, '14:00'), guests: [BYSTANDER.email, EXISTING.email] }))(stage);
};
export const invitedStands = inGoogle((w) => w.addEvent({ summary: 'Elderflower board', start: on(3, '15:00'), guests: [KIM.email] }, BYSTANDER.email));
export const privateGoes = inGoogle(async (w) => {
  const [event] = await w.inGoogle(PRIVATE);
  await w.deleteEvent(event?.id ?? '');
});
export const allDayStands = inGoogle((w) => addAllDay(w, 'Jabberwocky fair'));

/** A call to Google hangs after a click, so that something can happen meanwhile. */
const hanging = (rule: Omit<Rule, 'mode'>, act: Step): Step => async (stage) => {
  const hold = await holdCall(stage.w, rule);
  stage.clicked = act(stage);
  await hold.held();
  stage.letGo = hold.letGo;
};
export const choosesSlowly = hanging(PATCHES, chooses);
export const asksFreeSlowly = hanging(INSERTS, asksFree);
export const goesOn: Step = async (stage) => {
  await stage.letGo?.();
  await stage.clicked;
};
const slipsIn = (where: (stage: Stage) => Promise<Instant>): Step => async (stage) =>
  stage.w.addEvent({ summary: 'Haberdasher slips in', start: await where(stage), fields: { description: 'Wintergreen' } });
export const slipsIntoNew = slipsIn(async ({ w }) => (await startsIn(w, EXISTING.email))[0] ?? MONDAY);
export const slipsIntoOld = slipsIn(() => Promise.resolve(MONDAY));
export const slipsIntoFree = slipsIn(() => Promise.resolve(on(3, '10:00')));
export const editedMeanwhile: Step = async (stage) => {
  await choosesSlowly(stage);
  await stage.w.patchEvent(INSTANCE, { description: 'Saffronella, and a pencil' });
  await goesOn(stage);
  await stage.w.pass(2_000);
};

// Faults.
export const choosesInVain: Step = async (stage) => {
  await trouble(stage.w, { ...PATCHES, times: 1, status: 403, reason: 'forbiddenForNonOrganizer' });
  await chooses(stage);
};
export const answersAreLost: Step = async (stage) => {
  for (const rule of [PATCHES, INSERTS]) await trouble(stage.w, { ...rule, mode: 'dropAnswer' });
  await chooses(stage);
  for (const seconds of [2, 4, 8, 16, 32]) await stage.w.pass(seconds * 1_000);
};
export const grantDies: Step = async ({ w }) => {
  await w.control('/grants/kill', { email: KIM.email });
  await w.pass(5 * MINUTE);
};
export const asksUndeliverably: Step = async (stage) => {
  stage.w.catcher.setRefusing('permanent');
  await option2(stage);
  await stage.w.settle();
  stage.w.catcher.setRefusing('no');
  await stage.w.pass(5 * MINUTE);
};
