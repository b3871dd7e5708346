import * as natural from './api-error.js';
import { ApiError } from './api-error.js';

/** Errors that are thrown in one place only, so that rules can ask for them too. */
const OTHERS = [
  new ApiError(400, 'syncTokenWithRequestRestrictions', 'Sync token cannot be used with other request restrictions.', { domain: 'calendar' }),
  natural.invalid('Invalid sync token value.'),
  natural.badRequest('The requested ordering is not available for the particular query.'),
  new ApiError(400, 'channelIdNotUnique', 'Channel id not unique'),
  new ApiError(400, 'pushNotSupportedForRequestedResource', 'Push notifications are not supported by this resource.', { domain: 'calendar' }),
  new ApiError(403, 'forbiddenForServiceAccounts', 'Service accounts cannot invite attendees without Domain-Wide Delegation of Authority.', { domain: 'calendar' }),
  new ApiError(403, 'forbidden', 'Forbidden'),
  new ApiError(409, 'conflict', 'Conflict'),
];

/** Every error of the sheet by its reason, as it is thrown when it comes about by itself. */
const KNOWN = new Map([
  natural.timeRangeEmpty(), natural.authError(), natural.userRateLimitExceeded(), natural.rateLimitExceeded(403), natural.quotaExceeded(),
  natural.forbiddenForNonOrganizer(), natural.insufficientPermissions(), natural.notFound(), natural.duplicate(), natural.fullSyncRequired(),
  natural.updatedMinTooLongAgo(), natural.alreadyDeleted(), natural.conditionNotMet(), natural.backendError(), ...OTHERS,
].map((error) => [error.reason, error]));

const USUAL_REASON: Readonly<Record<number, string>> = {
  401: 'authError', 403: 'userRateLimitExceeded', 404: 'notFound', 409: 'duplicate', 410: 'fullSyncRequired', 412: 'conditionNotMet', 429: 'rateLimitExceeded',
};

/**
 * The error that a control rule asks for. Without a reason: the usual one of the status (`backendError` from 500 on);
 * without a message: Google's for the reason (sheet 6), or the reason itself if it is none of Google's.
 */
export function provokedError(status: number, reason?: string, message?: string): ApiError {
  const code = reason ?? USUAL_REASON[status] ?? (status >= 500 ? 'backendError' : 'badRequest');
  const known = KNOWN.get(code);
  return new ApiError(status, code, message ?? known?.message ?? code, known?.where);
}
