import { testConvergence } from './converge-run.js';

testConvergence({ name: 'faults', odd: 1, weights: { edit: 6, pull: 3, fault: 2, pass: 1 } }, 'converge-2-faults.test.ts');
