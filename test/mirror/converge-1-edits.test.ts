import { testConvergence } from './converge-run.js';

testConvergence({ name: 'edits', odd: 1, weights: { edit: 10, pull: 2, fault: 0, pass: 1 } }, 'converge-1-edits.test.ts');
