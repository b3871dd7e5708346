import { ApiError } from '../http/api-error.js';

const calendar = { domain: 'calendar' };

/** A write that an event of this type can never take (sheet 2.2). Reason and form as reported by clients. */
export const eventTypeRestriction = (message: string): ApiError => new ApiError(400, 'eventTypeRestriction', message, calendar);

/** Fields that do not make an event of this type (sheet 2.2). Reasons and most messages as reported by clients. */
export const malformedEvent = (reason: `malformed${string}Event`, message: string): ApiError => new ApiError(400, reason, message, calendar);

/** Sheet 3.5: such an account may act for somebody, but not invite on its own. */
export const forbiddenForServiceAccounts = (): ApiError =>
  new ApiError(403, 'forbiddenForServiceAccounts', 'Service accounts cannot invite attendees without Domain-Wide Delegation of Authority.', calendar);

/** The main fields of a copy that is locked (sheet 2); Google's own reason is not known. */
export const lockedCopy = (): ApiError => new ApiError(403, 'forbidden', 'The main fields of a locked event copy cannot be changed.', calendar);

/** Moving one occurrence (sheet 3.6): status and reason as reported by clients. */
export const cannotChangeOrganizerOfInstance = (): ApiError =>
  new ApiError(400, 'cannotChangeOrganizerOfInstance', 'Cannot change the organizer of an instance.', calendar);

/** Moving an event from a calendar that does not organize it: status and reason as reported by clients. */
export const cannotChangeOrganizer = (): ApiError => new ApiError(400, 'cannotChangeOrganizer', 'Cannot change the organizer of an event.', calendar);

/** Importing somebody else's event that does not invite the calendar: as reported by clients. */
export const neitherOrganizerNorAttendee = (): ApiError =>
  new ApiError(400, 'participantIsNeitherOrganizerNorAttendee', 'The owner of the calendar must either be the organizer or an attendee of an event that is imported.');
