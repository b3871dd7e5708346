/** Histories that once broke an invariant, as short as they could be made; each says which. */
import { afterAll, beforeAll, test } from 'vitest';
import { newGrounds, type Grounds } from './model-grounds.js';
import { live } from './model-life.js';
import { ASKED, calm, edit, QUIET, start, type Step } from './model-steps.js';

let grounds: Grounds;
beforeAll(async () => { grounds = await newGrounds(); });
afterAll(() => grounds.close());

const later: Step = { step: { do: 'pass', minutes: 1.1 }, work: calm() };
const refused: Step = { step: start, work: calm({ by: 'nobody', meanwhile: { at: 3, what: edit('retitle') } }) };

const KNOWN: readonly [broken: string, steps: Step[]][] = [
  ['a session that its coach made longer keeps that length, also when a move of it was refused before (2)', [refused, { step: edit('longer'), work: calm({ by: 'nobody' }) }, later]],
  ['a session that became a group stays where it is, also when a move of it was refused before (2)', [refused, { step: edit('guest'), work: calm({ by: 'nobody' }) }, later]],
];
test.each(KNOWN)('%s', async (_, steps) => { await live(grounds, 0, { setting: QUIET, opening: ASKED, steps }); });
