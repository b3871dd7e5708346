import { rollHorizon } from '../src/ops/housekeeping.flow.js';
import { runJob } from '../src/ops/run-job.js';

await runJob('horizon', rollHorizon);
