import { testConvergence } from './converge-run.js';

testConvergence({ name: 'deaths', odd: 1, weights: { edit: 7, pull: 4, fault: 1, pass: 1 } }, 'converge-3-deaths.test.ts');
