/** Clients stay strangers, in every course (invariant 10). */
import { test } from 'vitest';
import { DOORS } from './strangers-courses.js';
import { runner } from './strangers-bed.js';

const run = runner();
test.each(Object.entries(DOORS))('%s', (_, course) => run(course));
