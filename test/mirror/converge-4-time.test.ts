import { testConvergence } from './converge-run.js';

testConvergence({ name: 'time', odd: 4, weights: { edit: 9, pull: 2, fault: 1, pass: 3 } }, 'converge-4-time.test.ts');
