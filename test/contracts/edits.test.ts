import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { EDIT_IN_WORDS } from '../../src/calendar/edit.js';

test('docs/edits.md has a row for each edit, and no other', () => {
  const table = readFileSync(new URL('../../docs/edits.md', import.meta.url), 'utf8').split('## Reactions')[1]?.split('## The history')[0] ?? '';
  const named = [...table.matchAll(/^\| ([a-z-]+(?:, [a-z-]+)*) \|/gm)].flatMap((m) => (m[1] ?? '').split(', ')).filter((name) => name !== 'edit');
  expect(named.sort()).toEqual(Object.keys(EDIT_IN_WORDS).sort());
});
