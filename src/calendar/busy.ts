import type { Blocking, CalendarEvent } from './event.js';

/**
 * What `event` means for the coach's time (design, section 8). Free: cancelled, transparent, declined by the coach,
 * working location, birthday. Soft: focus time. Everything else blocks, also types that we do not know and events
 * that we could not read; an unread event is free only if it is cancelled.
 */
export function blockingOf(event: CalendarEvent): Blocking {
  if (event.status === 'cancelled') return 'free';
  if (event.unparsed !== null) return 'busy';
  if (event.eventType === 'workingLocation' || event.eventType === 'birthday') return 'free';
  if (event.transparency === 'transparent') return 'free';
  if (event.attendees.some((guest) => guest.self && guest.responseStatus === 'declined')) return 'free';
  return event.eventType === 'focusTime' ? 'soft' : 'busy';
}

/**
 * Is `event`, of a calendar that holds the working hours, a time at which the coach works? Any plain timed event is, also one
 * marked as free: office hours usually are. An all-day event is a note about the day and opens nothing, nor does what is
 * cancelled, declined by the coach, out of office or of another special type, or could not be read: what is not sure stays shut.
 */
export const isWorkingTime = (event: CalendarEvent): boolean =>
  event.status !== 'cancelled' && event.unparsed === null && event.when?.kind === 'timed' && event.eventType === 'default'
  && !event.attendees.some((guest) => guest.self && guest.responseStatus === 'declined');
