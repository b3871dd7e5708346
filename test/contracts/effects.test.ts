import { expect, test } from 'vitest';
import { EFFECTS } from '../../src/kernel/effects.js';
import { sources } from './source.js';

/** Types see to it that no other name is announced; this sees to it that each of them is. */
const text = sources('src/kernel/', 'src/emulator/', 'src/launcher/').map((file) => file.text).join('\n');

test('every effect in the list happens somewhere, so that a story can be stopped right after each', () => {
  expect(EFFECTS.filter((effect) => !text.includes(`'${effect}'`))).toEqual([]);
});
