/** Real event resources in which something was put that Google never sends. */
import fc from 'fast-check';

type Json = unknown;
const NASTY: readonly Json[] = [
  null, true, 0, -1, 1e308, '', ' ', '\u0000', '\ud83d', '\udc00x', 'x'.repeat(3_000), '日'.repeat(1_100), [], {}, [null], [[[]]], { date: null }, { dateTime: 5 },
  '0000-00-00', '0001-01-01', '9999-12-31', '2026-02-30', '2026-11-30T25:00:00Z', '0001-01-01T00:00:00+14:00', '9999-12-31T23:59:59-14:00', '2026-11-30T13:00:00', '+275760-09-13T00:00:00.000Z',
  'Mars/Olympus', 'RRULE:FREQ=SECONDLY', 'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', 'RRULE:FREQ=DAILY;COUNT=999999999', 'EXDATE:99999999', 'RRULE:', ['RRULE:FREQ=MONTHLY;BYDAY=6MO'], [7, 'RRULE:FREQ=DAILY'],
  { date: '0001-01-01' }, { date: '9999-12-31' }, { dateTime: '9999-12-31T23:59:59Z', timeZone: 'Pacific/Apia' }, 'cancelled', 'tentative', '__proto__', 'constructor',
];

const change = fc.record({ path: fc.array(fc.nat(30), { minLength: 1, maxLength: 4 }), value: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...NASTY) }, { weight: 1, arbitrary: fc.jsonValue() }), isGone: fc.nat(5).map((n) => n === 0) });

/** `json` with the field that `path` leads to (by position, as deep as there is one) replaced or taken out. */
function altered(json: Json, path: readonly number[], value: Json, isGone: boolean): Json {
  if (typeof json !== 'object' || json === null) return value;
  const keys = Object.keys(json);
  const key = keys[(path[0] ?? 0) % Math.max(1, keys.length)];
  if (key === undefined) return value;
  const copy: Record<string, Json> | Json[] = Array.isArray(json) ? [...(json as Json[])] : { ...(json as Record<string, Json>) };
  const inner = copy as Record<string, Json>;
  if (path.length > 1) inner[key] = altered(inner[key], path.slice(1), value, isGone);
  else if (isGone && !Array.isArray(copy)) Reflect.deleteProperty(inner, key);
  else inner[key] = value;
  return copy;
}

/** One of `events` with one to four changes; `id` stays unless it is hit itself. */
export const mutatedFrom = (events: readonly Json[]): fc.Arbitrary<Json> =>
  fc.tuple(fc.constantFrom(...events), fc.array(change, { minLength: 1, maxLength: 4 }))
    .map(([event, changes]) => changes.reduce((json, c) => altered(json, c.path, c.value, c.isGone), event));
