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
