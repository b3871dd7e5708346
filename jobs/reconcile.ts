import { reconcileAll } from '../src/ops/reconcile.js';
import { runJob } from '../src/ops/run-job.js';

await runJob('reconcile', reconcileAll);
