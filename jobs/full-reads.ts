import { runFullReads } from '../src/ops/run-job.js';

await runFullReads();
