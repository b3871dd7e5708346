import type { JsonObject } from '../store/model.js';

interface Where {
  readonly domain?: string;
  readonly locationType?: string;
  readonly location?: string;
  /** Set for what Google's front door refuses before the Calendar API sees it; its bodies have another order, and this name in them. */
  readonly canonical?: 'INVALID_ARGUMENT';
}

/** An answer in Google's error form: HTTP status, reason code and message (sheet 6). */
export class ApiError extends Error {
  constructor(readonly status: number, readonly reason: string, message: string, readonly where: Where = {}) {
    super(message);
  }

  /** The body that Google sends for it. */
  body(): JsonObject {
    const { domain = 'global', locationType, location, canonical } = this.where;
    const { reason, message, status: code } = this;
    const place = { ...(locationType === undefined ? {} : { locationType }), ...(location === undefined ? {} : { location }) };
    if (canonical !== undefined) return { error: { code, message, errors: [{ message, domain, reason, ...place }], status: canonical } };
    return { error: { errors: [{ domain, reason, message, ...place }], code, message } };
  }
}

export const notFound = (): ApiError => new ApiError(404, 'notFound', 'Not Found');
export const duplicate = (): ApiError => new ApiError(409, 'duplicate', 'The requested identifier already exists.');
export const alreadyDeleted = (): ApiError => new ApiError(410, 'deleted', 'Resource has been deleted');
export const invalid = (message: string, location?: string): ApiError =>
  new ApiError(400, 'invalid', message, location === undefined ? {} : { locationType: 'parameter', location });
export const badRequest = (message: string): ApiError => new ApiError(400, 'badRequest', message);
export const required = (message: string): ApiError => new ApiError(400, 'required', message);
/** What does not fit the shape of the call: unknown names, wrong types, no JSON. */
export const malformed = (reason: 'badRequest' | 'parseError', message: string, parameter?: string): ApiError =>
  new ApiError(400, reason, message, { canonical: 'INVALID_ARGUMENT', ...(parameter === undefined ? {} : { locationType: 'parameter', location: parameter }) });
export const invalidParameter = (message: string, location: string): ApiError =>
  new ApiError(400, 'invalidParameter', message, { locationType: 'parameter', location });
export const authError = (): ApiError =>
  new ApiError(401, 'authError', 'Invalid Credentials', { locationType: 'header', location: 'Authorization' });
export const loginRequired = (): ApiError =>
  new ApiError(401, 'required', 'Login Required', { locationType: 'header', location: 'Authorization' });
export const conditionNotMet = (): ApiError =>
  new ApiError(412, 'conditionNotMet', 'Precondition Failed', { locationType: 'header', location: 'If-Match' });
export const timeRangeEmpty = (): ApiError =>
  new ApiError(400, 'timeRangeEmpty', 'The specified time range is empty.',
    { domain: 'calendar', locationType: 'parameter', location: 'timeMax' });
export const updatedMinTooLongAgo = (): ApiError =>
  new ApiError(410, 'updatedMinTooLongAgo', 'The requested minimum modification time lies too far in the past.',
    { domain: 'calendar', locationType: 'parameter', location: 'updatedMin' });
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
export const userRateLimitExceeded = (): ApiError => new ApiError(403, 'userRateLimitExceeded', 'User Rate Limit Exceeded', { domain: 'usageLimits' });
export const rateLimitExceeded = (status: 403 | 429): ApiError => new ApiError(status, 'rateLimitExceeded', 'Rate Limit Exceeded', { domain: 'usageLimits' });
export const quotaExceeded = (): ApiError => new ApiError(403, 'quotaExceeded', 'Calendar usage limits exceeded.', { domain: 'usageLimits' });
export const backendError = (): ApiError => new ApiError(500, 'backendError', 'Backend Error');
