/** A full read that would bury most of a calendar is not believed (design, invariant 8). Small calendars may lose all
 *  but a handful of events in a normal afternoon, so the brake begins at ten. Returns the reason, or null to go on. */
export function brake(missing: number, known: number): string | null {
  if (missing < 10 || missing * 2 <= known) return null;
  return `a full read shows ${missing} of ${known} events gone`;
}
