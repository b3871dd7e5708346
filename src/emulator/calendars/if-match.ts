import { conditionNotMet } from '../http/api-error.js';
import type { Call } from '../http/route.js';

/** Throws 412 if the call is meant for another version than the one with this etag (sheet 3.2). */
export function checkIfMatch({ headers: { ifMatch } }: Pick<Call, 'headers'>, etag: string): void {
  if (ifMatch === undefined || ifMatch === '*') return;
  if (!ifMatch.split(',').some((each) => each.trim().replace(/^W\//, '') === etag)) throw conditionNotMet();
}
