import { invalid } from '../http/api-error.js';
import type { EventContent, Json } from '../store/model.js';
import { asObject } from './json.js';

type Properties = EventContent['extendedProperties'];

const LONGEST_KEY = 44, LONGEST_VALUE = 1024, MOST = 300, MOST_BYTES = 32 * 1024;

/** Extended properties of a body (sheet 2): long keys are dropped and long values cut, in silence. */
export function readProperties(value: Json | undefined): Properties {
  const side = (name: string): Record<string, string> | undefined => {
    const kept = Object.entries(asObject(asObject(value)?.[name]) ?? {})
      .filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[0].length <= LONGEST_KEY)
      .map(([key, text]) => [key, text.slice(0, LONGEST_VALUE)] as const);
    return kept.length === 0 ? undefined : Object.fromEntries(kept);
  };
  const [own, shared] = [side('private'), side('shared')];
  if (own === undefined && shared === undefined) return undefined;
  return { ...(own === undefined ? {} : { private: own }), ...(shared === undefined ? {} : { shared }) };
}

/**
 * Throws 400 if the properties of all copies of an event are more than 300, or more than 32 kB (sheet 2): those of the copy that is
 * written, and the private ones of every other.
 */
export function checkPropertyTotal(written: Properties, otherCopies: readonly Properties[]): void {
  const all = [written?.private, written?.shared, ...otherCopies.map((each) => each?.private)].flatMap((each) => Object.entries(each ?? {}));
  if (all.length > MOST) throw invalid('Too many extended properties.');
  const bytes = all.reduce((sum, [key, text]) => sum + Buffer.byteLength(key) + Buffer.byteLength(text), 0);
  if (bytes > MOST_BYTES) throw invalid('The extended properties are too large.');
}
