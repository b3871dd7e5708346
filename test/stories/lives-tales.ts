/** The tales in which a life ends after each effect (lives.test.ts): what has happened before, what somebody does, and the effects
 *  that follow when nobody dies. */
import type { RequestId } from '../../src/kernel/ids.js';
import { MINUTE, plus } from '../../src/kernel/interval.js';
import { rfc3339 } from '../../src/kernel/zone.js';
import { findPath } from '../../src/mail/link.store.js';
import type { Call } from '../support/lives.js';
import { askDana, linkTo, MONDAY, offerSam, on, signedIn, startsIn, wish } from '../support/story.js';
import { confirmLink, leave, openForm } from '../support/visitor.js';
import { at, DANA, KIM, SAM, type World } from '../support/world.js';

const TWO = at(MONDAY, 1);
export interface Tale {
  /** What has happened before. */
  readonly until: (w: World) => Promise<unknown>;
  /** What somebody does, again if they heard nothing. Null: nobody does anything, time has brought it. */
  readonly act: (w: World) => Promise<Call | null>;
  /** What Kim does in Google once our patch is about to arrive there. */
  readonly meanwhile?: (w: World) => Promise<unknown>;
  /** The effects, except those that go on beside the tale. */
  readonly core: readonly string[];
  readonly beside?: RegExp;
  /** Which deaths another tale does not die: after which effect, counted from 1, and whether twice. */
  readonly only?: (after: number, twice: boolean) => boolean;
}
const form = (fields: Record<string, string>): string => new URLSearchParams(fields).toString();
const click = async (w: World, email: string, fields: Record<string, string>): Promise<Call> => ({ method: 'POST', path: new URL(await linkTo(w, email)).pathname, body: form(fields) });
const dentist = (w: World): Promise<unknown> => w.addEvent({ id: 'dentist', summary: 'Dentist', start: at(TWO, 0.5) });
/** Reading what Google pushes goes on beside the tale. */
export const BESIDE = /^commit (pull|wait|look-out)$/;
/** Kim's changes are read. */
const changesRead = (w: World): Promise<void> => w.pass(30 * MINUTE);
/** Sam invites Kim over Dana's session. It is read, and is due to be looked at. */
async function inviteOver(w: World): Promise<void> {
  await changesRead(w);
  await w.pass(MINUTE);
  await w.addEvent({ id: 'boardmeeting', summary: 'Board meeting', start: MONDAY, guests: [KIM.email] }, SAM.email);
  await changesRead(w);
  w.setNow(plus(w.now(), MINUTE));
}
/** Kim, at a browser, asks Dana to move out of the way of what was found. */
async function askAboutFinding(w: World): Promise<Call> {
  await w.settle();
  const finding = await w.one<{ id: string; other_key: string }>('select id, other_key from findings');
  const path = `/overlaps/${finding?.id ?? ''}`, kim = await signedIn(w);
  const guard = /name="guard" value="([^"]*)"/.exec((await kim.get(path)).page)?.[1] ?? '';
  return { method: 'POST', path, headers: kim.headers, body: form({ guard, do: 'ask', about: finding?.other_key ?? '' }) };
}
async function askForInvitation(w: World): Promise<void> {
  await inviteOver(w);
  const { path, headers, body } = await askAboutFinding(w);
  await fetch(w.url + path, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers }, body });
  await w.settle();
}
const MAIL = ['smtp send', 'commit mail-sent'];
const LANDING = ['commit send-insert', 'google insert', 'commit inserted', 'commit verified', 'google patch', 'commit landed', ...MAIL];

export const TALES: Readonly<Record<string, Tale>> = {
  'from the request to the decision mail': {
    until: async () => undefined,
    act: async (w) => ({
      method: 'POST', path: '/api/v1/booking-requests', headers: { authorization: `Bearer ${w.apiKey}`, 'content-type': 'application/json', 'idempotency-key': 'sams' },
      body: JSON.stringify({ coach: KIM.slug, client: { ...SAM, time_zone: w.zone }, wanted_starts: [rfc3339(MONDAY, w.zone)] }),
    }),
    core: ['commit receive', ...MAIL],
  },
  'from the decision to Dana\'s mail': {
    until: wish, act: (w) => click(w, KIM.email, { do: 'option2' }),
    core: ['commit decide', ...MAIL],
  },
  'from Sam\'s pick to the landing': {
    until: offerSam, act: async (w) => click(w, SAM.email, { start: rfc3339((await startsIn(w, SAM.email))[0] ?? MONDAY, 'UTC') }),
    core: ['commit choose', ...LANDING],
  },
  'from Dana\'s choice to the landing': {
    until: askDana, act: (w) => click(w, DANA.email, { start: rfc3339(TWO, 'UTC') }),
    core: ['commit choose', 'commit intend-move', 'google patch', 'commit moved', 'commit vacated', ...LANDING],
    // Once is the tale of crash.test.ts, and the landing that of the pick.
    only: (after, twice) => twice && after <= 5,
  },
  'from Dana\'s choice to the invitation that is accepted': {
    until: askForInvitation, act: (w) => click(w, DANA.email, { start: rfc3339(TWO, 'UTC') }),
    core: ['commit choose', 'commit intend-move', 'google patch', 'commit moved', 'commit vacated', 'commit send-insert', 'google patch', 'commit landed', ...MAIL],
    // Up to the move it is the tale before this one.
    only: (after, twice) => (twice ? after >= 6 && after <= 8 : after >= 5),
  },
  'the chosen slot was taken in Google': {
    until: async (w) => { await askDana(w); await dentist(w); }, act: (w) => click(w, DANA.email, { start: rfc3339(TWO, 'UTC') }),
    core: ['commit choose', 'commit fresh-choices'],
  },
  'something slipped in, and Dana is moved back': {
    until: askDana, act: (w) => click(w, DANA.email, { start: rfc3339(TWO, 'UTC') }), meanwhile: dentist,
    only: (after, twice) => !twice || after % 2 === 0,
    core: ['commit choose', 'commit intend-move', 'google patch', 'commit moved', 'commit intend-move', 'google patch', 'commit moved-back', ...MAIL],
  },
  'a visitor leaves a wish': {
    until: async () => undefined,
    act: async (w) => {
      const { hidden } = await openForm(w, MONDAY);
      w.setNow(plus(w.now(), 5_000));
      return { method: 'POST', path: `/book/${KIM.slug}/ask`, body: form({ ...hidden, ...SAM }) };
    },
    core: ['commit wish', ...MAIL],
  },
  'the visitor confirms it': {
    until: (w) => leave(w, MONDAY, SAM),
    act: async (w) => ({ method: 'POST', path: new URL(await confirmLink(w, SAM.email)).pathname, body: form({ confirm: '1' }) }),
    core: ['commit confirm', ...MAIL],
  },
  'Sam names a free time as well': {
    until: wish,
    act: async (w) => {
      const [request] = await w.all<{ id: RequestId }>('select id from requests');
      const path = request && (await findPath(w.shell.db, w.shell.keys, { coachId: w.coachId, purpose: 'status', requestId: request.id, resolutionId: null }));
      return { method: 'POST', path: path ?? '', body: form({ also: rfc3339(on(1, '10:00'), 'UTC') }) };
    },
    core: ['commit add-wishes', ...LANDING],
    // The landing is the tale of the pick.
    only: (after) => after <= 2,
  },
  'an invitation over a session is found': {
    until: inviteOver, act: () => Promise.resolve(null), beside: /^commit (pull|wait)$/,
    core: ['commit look-out', ...MAIL],
  },
  'Kim asks Dana to move for it': {
    until: inviteOver, act: askAboutFinding,
    core: ['commit settle-finding', ...MAIL],
  },
};
