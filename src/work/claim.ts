import type { CoachId } from '../kernel/ids.js';
import type { Instant } from '../kernel/interval.js';

/** The tables whose rows can be due. */
export const QUEUES = ['landings', 'resolutions', 'requests', 'lookouts', 'outbox', 'calendar_lists', 'calendars', 'channels', 'disconnections', 'inbox_events', 'inboxes'] as const;
export type Queue = (typeof QUEUES)[number];

/** Queues whose work asks Google in the background. One coach occupies at most one of their slots (design, invariant 9). */
export const BACKGROUND = ['calendars', 'channels', 'calendar_lists'] as const satisfies readonly Queue[];

/** Calendars without a cursor are read in full, which may take long: they have slots of their own, so that the others,
 *  which only read what has changed, do not wait for them. */
export type Reading = 'changes' | 'full';

/** What a lane of workers takes from. Without `reading`: all rows of the queue. */
export interface Source { readonly queue: Queue; readonly reading?: Reading }

/** The right to work on one row until `leaseUntil`; `fence` proves it at each commit. */
export interface Claim { readonly queue: Queue; readonly coachId: CoachId; readonly id: string; readonly fence: number; readonly attempts: number; readonly leaseUntil: Instant }
