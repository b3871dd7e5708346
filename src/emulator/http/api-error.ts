import type { JsonObject } from '../store/model.js';

interface Where { readonly domain?: string; readonly locationType?: string; readonly location?: string }

/** An answer in Google's error form: HTTP status, reason code and message. */
export class ApiError extends Error {
  constructor(readonly status: number, readonly reason: string, message: string, readonly where: Where = {}) {
    super(message);
  }

  /** The body that Google sends for it. */
  body(): JsonObject {
    const { domain = 'global', locationType, location } = this.where;
    return {
      error: {
        errors: [{
          domain, reason: this.reason, message: this.message,
          ...(locationType === undefined ? {} : { locationType }), ...(location === undefined ? {} : { location }),
        }],
        code: this.status, message: this.message,
      },
    };
  }
}

export const notFound = (): ApiError => new ApiError(404, 'notFound', 'Not Found');
export const duplicate = (): ApiError => new ApiError(409, 'duplicate', 'The requested identifier already exists.');
export const alreadyDeleted = (): ApiError => new ApiError(410, 'deleted', 'Resource has been deleted');
export const invalid = (message: string, location?: string): ApiError =>
  new ApiError(400, 'invalid', message, location === undefined ? {} : { locationType: 'parameter', location });
export const badRequest = (message: string): ApiError => new ApiError(400, 'badRequest', message);
export const required = (message: string): ApiError => new ApiError(400, 'required', message);
export const authError = (): ApiError =>
  new ApiError(401, 'authError', 'Invalid Credentials', { locationType: 'header', location: 'Authorization' });
export const conditionNotMet = (): ApiError =>
  new ApiError(412, 'conditionNotMet', 'Precondition Failed', { locationType: 'header', location: 'If-Match' });
export const timeRangeEmpty = (): ApiError =>
  new ApiError(400, 'timeRangeEmpty', 'The specified time range is empty.',
    { domain: 'calendar', locationType: 'parameter', location: 'timeMax' });
export const fullSyncRequired = (): ApiError =>
  new ApiError(410, 'fullSyncRequired', 'Sync token is no longer valid, a full sync is required.',
    { domain: 'calendar', locationType: 'parameter', location: 'syncToken' });
export const forbiddenForNonOrganizer = (): ApiError =>
  new ApiError(403, 'forbiddenForNonOrganizer', 'Shared properties can only be changed by the organizer of the event.',
    { domain: 'calendar' });
/** Message and reason as reported by clients of Google; the sheet only says "403, permanent". */
export const requiredAccessLevel = (needed: string): ApiError =>
  new ApiError(403, 'requiredAccessLevel', `You need to have ${needed} access to this calendar.`, { domain: 'calendar' });
export const insufficientPermissions = (): ApiError =>
  new ApiError(403, 'insufficientPermissions', 'Request had insufficient authentication scopes.');

const CANNED: Record<string, { domain: string; message: string }> = {
  userRateLimitExceeded: { domain: 'usageLimits', message: 'User Rate Limit Exceeded' },
  rateLimitExceeded: { domain: 'usageLimits', message: 'Rate Limit Exceeded' },
  quotaExceeded: { domain: 'usageLimits', message: 'Calendar usage limits exceeded.' },
  backendError: { domain: 'global', message: 'Backend Error' },
  notFound: { domain: 'global', message: 'Not Found' },
  authError: { domain: 'global', message: 'Invalid Credentials' },
  conditionNotMet: { domain: 'global', message: 'Precondition Failed' },
  deleted: { domain: 'global', message: 'Resource has been deleted' },
  duplicate: { domain: 'global', message: 'The requested identifier already exists.' },
  fullSyncRequired: { domain: 'calendar', message: 'Sync token is no longer valid, a full sync is required.' },
};

const USUAL_REASON: Record<number, string> = {
  401: 'authError', 403: 'userRateLimitExceeded', 404: 'notFound', 409: 'duplicate', 410: 'fullSyncRequired',
  412: 'conditionNotMet', 429: 'rateLimitExceeded', 500: 'backendError', 502: 'backendError', 503: 'backendError', 504: 'backendError',
};

/** The error that a control rule asks for; without a reason, the usual one of the status. */
export function provoked(status: number, reason: string | undefined): ApiError {
  const code = reason ?? USUAL_REASON[status] ?? 'badRequest';
  const canned = CANNED[code];
  return new ApiError(status, code, canned?.message ?? code, { domain: canned?.domain ?? 'global' });
}
