import type { Instant } from './interval.js';

/** Where "now" comes from. Only `ops/system-clock.ts` reads the machine's clock; tests bring their own. */
export interface Clock { now(): Instant }
