import { ApiError, malformed } from './api-error.js';
import type { Json, JsonObject } from '../store/model.js';

/** Checks a value at a path; throws Google's 400 for a wrong type or an unknown name. */
export type Check = (value: Json, path: string) => void;

const wrong = (path: string, value: Json, wanted: string): ApiError =>
  malformed('badRequest', `Invalid value at '${path}' (${wanted}), ${JSON.stringify(value).slice(0, 80)}`);

export const text: Check = (value, path) => { if (typeof value !== 'string') throw wrong(path, value, 'TYPE_STRING'); };
export const bool: Check = (value, path) => { if (typeof value !== 'boolean') throw wrong(path, value, 'TYPE_BOOL'); };
export const whole: Check = (value, path) => {
  if (typeof value !== 'number' || !Number.isInteger(value)) throw wrong(path, value, 'TYPE_INT32');
};
export const longText: Check = (value, path) => {
  if (!(typeof value === 'number' && Number.isInteger(value)) && !(typeof value === 'string' && /^-?\d+$/.test(value))) throw wrong(path, value, 'TYPE_INT64');
};
export const anything: Check = () => undefined;
export const oneOf = (...choices: string[]): Check => (value, path) => {
  if (typeof value !== 'string' || !choices.includes(value)) throw new ApiError(400, 'invalid', `Invalid value for: ${path}: ${JSON.stringify(value)}`);
};
export const listOf = (check: Check): Check => (value, path) => {
  if (!Array.isArray(value)) throw wrong(path, value, 'list');
  value.forEach((each, i) => check(each, `${path}[${i}]`));
};
export const mapOf = (check: Check): Check => (value, path) => {
  for (const [key, each] of Object.entries(object(value, path))) if (each !== null) check(each, `${path}.${key}`);
};
/** An object with these names and no others; null stands for "not set", as in JSON merge. */
export const shape = (fields: Record<string, Check>): Check => (value, path) => {
  for (const [key, each] of Object.entries(object(value, path))) {
    const check = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (check === undefined) {
      throw malformed('badRequest', `Invalid JSON payload received. Unknown name "${key}"${path === '' ? '' : ` at '${path}'`}: Cannot find field.`);
    }
    if (each !== null) check(each, path === '' ? key : `${path}.${key}`);
  }
};

function object(value: Json, path: string): JsonObject {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw wrong(path, value, 'object');
  return value;
}
