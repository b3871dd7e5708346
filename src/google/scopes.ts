const PREFIX = 'https://www.googleapis.com/auth/';

/** The narrowest set that lets us read all blocking calendars and write on the coach's own (sheet 7.4). */
export const NEEDED: readonly string[] = [`${PREFIX}calendar.calendarlist.readonly`, `${PREFIX}calendar.events`];
/** Asked for besides, only of a coach who wants a calendar made for requests: to make calendars, and to see those made (sheet 7.4). */
export const TO_MAKE_CALENDARS = `${PREFIX}calendar.app.created`;
export const mayMakeCalendars = (granted: readonly string[]): boolean => [TO_MAKE_CALENDARS, `${PREFIX}calendar.calendars`, `${PREFIX}calendar`].some((scope) => granted.includes(scope));
