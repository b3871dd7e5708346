/** The timetable. What is due at a moment of its own waits in rows (`due-work`); these jobs look after the rest. */
export const TIMETABLE = [
  { name: 'due-work', timeout: 0 },
  { name: 'sweep', timeout: '10s', interval: '5m' },
  { name: 'horizon', timeout: '30s', interval: '6h' },
  { name: 'prune', timeout: '1m', interval: '1h' },
] as const;
