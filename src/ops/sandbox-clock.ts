import { join } from 'node:path';
import type { Clock } from '../kernel/clock.port.js';
import { instant } from '../kernel/interval.js';
import { readIfThere, writeWhole } from '../launcher/files.js';
import { systemClock } from './system-clock.js';

const fileIn = (dataDir: string): string => join(dataDir, 'clock-ahead-ms');

/** How far this sandbox's time is ahead of the machine's, in ms; it survives restarts, since its rows are written by it. */
export const keptLead = (dataDir: string): number => Number(readIfThere(fileIn(dataDir)) ?? 0) || 0;

/** The sandbox's clock: the machine's, and a lead that all threads of the daemon share. Deadlines can be waited for
 *  without waiting. */
export function sandboxClock(shared: SharedArrayBuffer): Clock & { readonly leadMs: () => number } {
  const cell = new BigInt64Array(shared);
  const leadMs = (): number => Number(Atomics.load(cell, 0));
  return { now: () => instant(systemClock.now() + leadMs()), leadMs };
}

/** Room for the lead, filled with what was kept. */
export function openLead(dataDir: string): SharedArrayBuffer {
  const shared = new SharedArrayBuffer(8);
  Atomics.store(new BigInt64Array(shared), 0, BigInt(keptLead(dataDir)));
  return shared;
}

/** Moves the sandbox's time ahead by `ms`, in all threads, and keeps the new lead. Returns it. */
export function moveAhead(shared: SharedArrayBuffer, dataDir: string, ms: number): number {
  const cell = new BigInt64Array(shared);
  Atomics.add(cell, 0, BigInt(Math.round(ms)));
  const lead = Number(Atomics.load(cell, 0));
  writeWhole(fileIn(dataDir), String(lead));
  return lead;
}
