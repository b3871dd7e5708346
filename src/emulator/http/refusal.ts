import type { Answer } from './answer.js';
import type { JsonObject } from '../store/model.js';

const asObject = (value: unknown): JsonObject | undefined => (value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : undefined);
const brief = (value: unknown): string | undefined => (typeof value === 'string' ? value.slice(0, 300) : undefined);

/** Reason and words of an answer that is a refusal, in the API's form or in that of the token endpoint; nothing for any other. */
export function refusalIn({ status, json }: Answer): { reason?: string; message?: string } {
  if (status < 400) return {};
  const body = asObject(json), error = asObject(body?.['error']), errors = error?.['errors'];
  const reason = brief(Array.isArray(errors) ? asObject(errors[0])?.['reason'] : body?.['error']);
  const message = brief(error === undefined ? body?.['error_description'] : error['message']);
  return { ...(reason === undefined ? {} : { reason }), ...(message === undefined ? {} : { message }) };
}
