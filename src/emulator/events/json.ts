import type { Json, JsonObject } from '../store/model.js';

/** The value if it is an object. */
export const asObject = (value: Json | undefined): JsonObject | undefined =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? value : undefined;

/** The value if it is a text with something in it: Google treats an empty one as not given. */
export const asText = (value: Json | undefined): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** JSON merge as Google's PATCH does it (sheet 3): objects merge, null deletes, lists are replaced whole. */
export function merge(base: JsonObject, patch: JsonObject): JsonObject {
  const merged: JsonObject = { ...base };
  for (const [key, value] of Object.entries(patch)) {
    const inner = asObject(value), old = asObject(merged[key]);
    if (value === null) delete merged[key];
    else if (inner !== undefined) merged[key] = merge(old ?? {}, inner);
    else merged[key] = value;
  }
  return merged;
}
