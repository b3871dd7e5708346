import type { Clock } from '../kernel/clock.port.js';
import { instant } from '../kernel/interval.js';

/** The machine's clock: the only place that reads it. */
export const systemClock: Clock = { now: () => instant(Date.now()) };
