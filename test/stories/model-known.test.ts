/** Histories that once broke an invariant, as short as they could be made; each says which. */
import { afterAll, beforeAll, test } from 'vitest';
import { newGrounds, type Grounds } from './model-grounds.js';
import { live } from './model-life.js';
import { ASKED, edit, start, type History, type Step } from './model-steps.js';

let grounds: Grounds;
beforeAll(async () => { grounds = await newGrounds(); });
afterAll(() => grounds.close());

const QUIET: History['setting'] = { begins: '2026-11-23', hasAllDay: false, afterSilence: 'coach', land: 'automatic' };
const work = (more: Partial<Step['work']> = {}): Step['work'] => ({ by: 'one', death: null, meanwhile: null, fault: null, ...more });
const later: Step = { step: { do: 'pass', minutes: 1.1 }, work: work() };

const KNOWN: readonly [broken: string, steps: Step[]][] = [
  ['a session that its coach made longer keeps that length, also when a move of it was refused before (2)', [
    { step: start, work: work({ by: 'nobody', meanwhile: { at: 3, what: edit('retitle') } }) }, { step: edit('longer'), work: work({ by: 'nobody' }) }, later]],
  ['a session that became a group stays where it is, also when a move of it was refused before (2)', [
    { step: start, work: work({ by: 'nobody', meanwhile: { at: 3, what: edit('retitle') } }) }, { step: edit('guest'), work: work({ by: 'nobody' }) }, later]],
];
test.each(KNOWN)('%s', async (_, steps) => { await live(grounds, 0, { setting: QUIET, opening: ASKED, steps }); });
