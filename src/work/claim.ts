import type { CoachId } from '../kernel/ids.js';
import type { Instant } from '../kernel/interval.js';

/** The tables whose rows can be due. */
export const QUEUES = ['landings', 'resolutions', 'requests', 'outbox', 'calendar_lists', 'calendars', 'channels', 'disconnections'] as const;
export type Queue = (typeof QUEUES)[number];

/** The right to work on one row until `leaseUntil`; `fence` proves it at each commit. */
export interface Claim { readonly queue: Queue; readonly coachId: CoachId; readonly id: string; readonly fence: number; readonly attempts: number; readonly leaseUntil: Instant }
