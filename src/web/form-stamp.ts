import { timingSafeEqual } from 'node:crypto';
import { DAY, instant, type Instant } from '../kernel/interval.js';
import type { Keyring } from '../work/shell.port.js';

/** A form filled in sooner than this was not filled in by a person. */
const SOONEST_MS = 2_000;
const LATEST_MS = DAY;
const SHAPE = /^(\d{13})\.([A-Za-z0-9_-]{1,32})\.([A-Za-z0-9_-]{22})$/;
const macOf = (keys: Keyring, text: string, keyId?: string): { keyId: string; mac: string } | null => {
  const signed = keys.sign('form', text, keyId);
  return signed && { keyId: signed.keyId, mac: signed.mac.subarray(0, 16).toString('base64url') };
};

/** When a form was given out, signed: `about` names what it is good for. */
export function stampForm(keys: Keyring, about: string, now: Instant): string {
  const made = macOf(keys, `${about}\n${String(now)}`);
  return `${String(now)}.${made?.keyId ?? ''}.${made?.mac ?? ''}`;
}

/** Whether a form came back after a time in which a person fills it in. `unknown`: not given out by us for this, or too long ago. */
export function judgeStamp(keys: Keyring, about: string, stamp: string, now: Instant): 'good' | 'too-fast' | 'unknown' {
  const [, at, keyId, mac] = SHAPE.exec(stamp) ?? [];
  const expected = at && keyId ? macOf(keys, `${about}\n${at}`, keyId) : null;
  if (!at || !mac || !expected || !timingSafeEqual(Buffer.from(expected.mac), Buffer.from(mac))) return 'unknown';
  const age = now - instant(Number(at));
  if (age < SOONEST_MS) return 'too-fast';
  return age > LATEST_MS ? 'unknown' : 'good';
}
