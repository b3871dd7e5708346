/** What the histories of a run saw, told at its end. */
const counts = new Map<string, number>();
export const count = (what: string, by = 1): void => { counts.set(what, (counts.get(what) ?? 0) + by); };
/** How often something was seen whose name begins so. */
export const counted = (what: string): number => [...counts].reduce((sum, [name, n]) => (name.startsWith(what) ? sum + n : sum), 0);
export const clearTally = (): void => { counts.clear(); };

/** A table, largest first within each kind. */
export function tally(title: string): string {
  const rows = [...counts].sort(([a, n], [b, m]) => { const [x, y] = [a, b].map((k) => k.split(':')[0] ?? ''); return x === y ? m - n : (x ?? '') < (y ?? '') ? -1 : 1; });
  const width = Math.max(...rows.map(([what]) => what.length), 10);
  return [`\n${title}`, ...rows.map(([what, n]) => `  ${what.padEnd(width)} ${String(n).padStart(8)}`)].join('\n') + '\n';
}
