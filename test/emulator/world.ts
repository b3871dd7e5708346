import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calendar, type calendar_v3 } from 'googleapis/build/src/apis/calendar/index.js';
import { OAuth2Client } from 'google-auth-library';
import { onTestFinished, vi } from 'vitest';
import { startEmulator, type RunningEmulator } from '../../src/emulator/index.js';

export const ANA = 'ana@coach.example';
export const DANA = 'dana@client.example';
export const SAM = 'sam@client.example';

/** The unmodified client, speaking for an account through the sandbox header. */
export function clientFor(url: string, email: string): calendar_v3.Calendar {
  const auth = new OAuth2Client();
  auth.setCredentials({ access_token: `sandbox:${email}`, expiry_date: 4e12 });
  return calendar({ version: 'v3', auth, rootUrl: url, retry: false });
}

export interface World {
  readonly url: string;
  readonly dataDir: string;
  readonly ana: calendar_v3.Calendar;
  readonly dana: calendar_v3.Calendar;
  readonly emulator: RunningEmulator;
  control(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
}

/** A folder that goes away with the test. */
export function scratchDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'emulator-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export async function control(url: string, method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const answer = await fetch(`${url}/control${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
}

/** An emulator of its own with Ana (Berlin) and Dana (London); ended with the test. */
export async function aWorld(options: { smtpUrl?: string; dataDir?: string } = {}): Promise<World> {
  const dataDir = options.dataDir ?? scratchDir();
  const emulator = await startEmulator({ dataDir, ...(options.smtpUrl === undefined ? {} : { smtpUrl: options.smtpUrl }) });
  onTestFinished(() => emulator.close());
  const { url } = emulator;
  await control(url, 'POST', '/accounts', { email: ANA, name: 'Ana Coach', timeZone: 'Europe/Berlin' });
  await control(url, 'POST', '/accounts', { email: DANA, name: 'Dana', timeZone: 'Europe/London' });
  return { url, dataDir, emulator, ana: clientFor(url, ANA), dana: clientFor(url, DANA), control: (method, path, body) => control(url, method, path, body) };
}

export const timed = (start: string, end: string, timeZone = 'Europe/Berlin') =>
  ({ start: { dateTime: start, timeZone }, end: { dateTime: end, timeZone } });

/** An endless weekly series, Mondays 13:00 to 14:00 in Berlin, from 5 October 2026. */
export const mondays = (more: calendar_v3.Schema$Event = {}): calendar_v3.Schema$Event =>
  ({ summary: 'Dana', ...timed('2026-10-05T13:00:00', '2026-10-05T14:00:00'), recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=MO'], ...more });

/** Status and reason of the refusal that a call ends in. */
export async function refusal(call: Promise<unknown>): Promise<{ status: number; reason: string | undefined }> {
  try {
    await call;
  } catch (error) {
    const { status, response } = error as { status: number; response?: { data?: { error?: { errors?: { reason: string }[] } } } };
    return { status, reason: response?.data?.error?.errors?.[0]?.reason };
  }
  throw new Error('the call was not refused');
}

/** Waits until `check` no longer throws. */
export const eventually = <T>(check: () => T | Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 10_000, interval: 20 });
