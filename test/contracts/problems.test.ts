import { expect, test } from 'vitest';
import { PROBLEMS } from '../../src/kernel/problem.js';
import { sources, textOf } from './source.js';

const CODES = Object.keys(PROBLEMS);
/** Code and remedy of each row of the tables in docs/errors.md. */
const documented = [...textOf('docs/errors.md').matchAll(/^\| `([A-Z][A-Z_]+)` \| `(\w+)` \|(.*)\|$/gm)]
  .map(([, code = '', remedy, rest = '']) => ({ code, remedy, cells: rest.split('|').map((cell) => cell.trim()) }));

test('every code is documented once, with its remedy, and no other', () => {
  expect(Object.fromEntries(documented.map((row) => [row.code, row.remedy]))).toEqual(PROBLEMS);
  expect(documented.map((row) => row.code).toSorted()).toEqual(CODES.toSorted());
});

test.each(documented)('$code says what it means, what happens and what to do', ({ cells }) => {
  expect(cells).toHaveLength(3);
  expect(cells.filter((cell) => cell === '')).toEqual([]);
});

test('every code can happen: some file makes a problem of it', () => {
  const makes = sources('src/kernel/').map((file) => file.text.replaceAll(/^const STATUS\b[\s\S]*?^\};/gm, '')).join('\n');
  expect(CODES.filter((code) => !new RegExp(`(?:new Problem|say)\\([^;]*?'${code}'`).test(makes))).toEqual([]);
});
