/** The timetable. What is due at a moment of its own waits in rows (`LONG_RUNNING`); the other jobs look after the rest. */
export const TIMETABLE = [
  { name: 'due-work', timeout: 0 },
  // Named limits make V8 collect in time what a large calendar leaves behind: memory does not grow with the calendar.
  { name: 'full-reads', timeout: 0, worker: { resourceLimits: { maxOldGenerationSizeMb: 1_024, maxYoungGenerationSizeMb: 24 } } },
  { name: 'sweep', timeout: '10s', interval: '5m' },
  { name: 'horizon', timeout: '30s', interval: '6h' },
  { name: 'prune', timeout: '1m', interval: '1h' },
  // At night by the machine's clock; a machine that slept does it the night after.
  { name: 'reconcile', cron: '17 3 * * *' },
] as const;

/** Jobs that never end by themselves: they are started again when they do. */
export const LONG_RUNNING: ReadonlySet<string> = new Set(['due-work', 'full-reads']);
