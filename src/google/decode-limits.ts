/** How much of an event resource is kept. Google's own limits where it names one (sheet 2); beyond them nothing that
 *  Makeway does would change, and one event must not fill the memory or the mirror. What is cut is marked. */

/** Bytes of UTF-8. Google's ids are at most 1024 of `[0-9a-v_TZR]`; an index row of Postgres takes 2,700. */
export const MOST_ID_BYTES = 1_024;
/** Characters of a title, a name, an iCalUID; cut ones end in "…". */
export const MOST_TEXT = 1_024;
/** Longest address of RFC 5321 4.5.3.1. A longer one is left out (`attendeesOmitted`): cut, it would be somebody else's. */
export const MOST_ADDRESS = 320;
/** Guests that are kept: the coach and the organizer first. Above 200 Google itself tells no answers (sheet 3.5).
 *  The others are left out, which `attendeesOmitted` says: such an event is a group, and never asked to move. */
export const MOST_GUESTS = 200;
/** Private properties of ours on one event; Google allows 300 in all, of 1,024 characters each. */
export const MOST_PROPERTIES = 50;
/** Characters of all recurrence lines together: some 14,000 dates. Dates that are taken out are cut first. */
export const MOST_RECURRENCE = 256 * 1_024;
/** An instance of a series that lasts longer than this leaves no gap that could be booked: the series is one long block. */
export const LONGEST_INSTANCE_DAYS = 3_653;
/** How long an event blocks of which only one end could be read: hours of a time, days of a date. */
export const UNREAD_LENGTH = 1;
/** Characters of the reason why an event is not understood. */
export const MOST_REASON = 300;
