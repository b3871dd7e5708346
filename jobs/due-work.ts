import { runDueWork } from '../src/ops/run-job.js';

await runDueWork();
