import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { aWorld } from './world.js';

test('the manual tells every control call as the emulator itself does, and no other', async () => {
  const { control } = await aWorld();
  const { calls } = await control('GET', '') as { calls: { call: string; says: string }[] };
  const manual = readFileSync(new URL('../../src/emulator/README.md', import.meta.url), 'utf8');
  const told = [...manual.matchAll(/^\| `((?:GET|POST|DELETE) \/control[^`]*)` \| (.+) \|$/gm)].map((row) => ({ call: row[1], says: row[2]?.replaceAll('\\|', '|') }));
  expect(told).toEqual(calls);
});
