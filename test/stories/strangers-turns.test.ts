/** Clients stay strangers, in every course (invariant 10). */
import { test } from 'vitest';
import { TURNS } from './strangers-courses.js';
import { runner } from './strangers-bed.js';

const run = runner();
test.each(Object.entries(TURNS))('%s', (_, course) => run(course));
