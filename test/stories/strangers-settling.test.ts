/** Clients stay strangers, in every course (invariant 10). */
import { test } from 'vitest';
import { SETTLING } from './strangers-courses.js';
import { runner } from './strangers-bed.js';

const run = runner();
test.each(Object.entries(SETTLING))('%s', (_, course) => run(course));
