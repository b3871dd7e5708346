const recordOf = (value: unknown): Record<string, unknown> => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {});

/** How long Google asks us to wait, in milliseconds, by a `Retry-After` of seconds or of a date; null if it does not say.
 *  A date is counted from the answer's own `Date`, so that our clock does not matter. Google does not document the header
 *  for Calendar (sheet 6); where it comes it is honoured. */
export function retryAfterMs(headers: unknown): number | null {
  const header = (name: string): string | null => {
    const value: unknown = headers instanceof Headers ? headers.get(name) : recordOf(headers)[name];
    return typeof value === 'string' ? value.trim() : null;
  };
  const after = header('retry-after');
  if (after === null) return null;
  if (/^\d{1,7}$/.test(after)) return Number(after) * 1_000;
  const ms = Date.parse(after) - Date.parse(header('date') ?? '');
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}
