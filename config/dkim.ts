/** The signature on our mail (DKIM, RFC 6376): three settings that belong together. */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** What signs our mail. The key prints as nothing, in a log as well as in JSON. */
export interface DkimSettings {
  readonly domain: string;
  readonly selector: string;
  readonly key: KeyObject;
}

interface Given {
  readonly DKIM_DOMAIN?: string | undefined;
  readonly DKIM_SELECTOR?: string | undefined;
  readonly DKIM_KEY_FILE?: string | undefined;
  readonly DKIM_PRIVATE_KEY?: string | undefined;
  readonly MAIL_FROM?: string | undefined;
}

const LEAST_BITS = 1024; // RFC 8301, section 3.2

/** The signer that was given, or none if nothing of it was. `faults` has a plain sentence for each thing that is wrong; none of
 *  them repeats the key. */
export function readDkim(given: Given): { readonly dkim: DkimSettings | undefined; readonly faults: readonly string[] } {
  const { DKIM_DOMAIN: domain, DKIM_SELECTOR: selector, DKIM_KEY_FILE: file, DKIM_PRIVATE_KEY: text, MAIL_FROM: from } = given;
  if (domain === undefined && selector === undefined && file === undefined && text === undefined) return { dkim: undefined, faults: [] };
  const faults: string[] = [];
  if (domain === undefined) faults.push('DKIM_DOMAIN is missing. Mail is signed only if DKIM_DOMAIN, DKIM_SELECTOR and a key are given; give it such as makeway.example.');
  if (selector === undefined) faults.push('DKIM_SELECTOR is missing. It names the record <selector>._domainkey.<domain> that holds the public key.');
  if (file === undefined && text === undefined) faults.push('DKIM_KEY_FILE is missing. Give the file of the private key, or the key itself as DKIM_PRIVATE_KEY.');
  if (file !== undefined && text !== undefined) faults.push('DKIM_PRIVATE_KEY and DKIM_KEY_FILE are both given. Leave out one of them.');
  if (domain !== undefined && from !== undefined && !isAligned(from, domain)) faults.push(`DKIM_DOMAIN must be the domain of MAIL_FROM, or one above it: receivers compare the two.`);
  const read = file !== undefined ? keyIn(file) : text !== undefined ? keyOf(text.replaceAll('\\n', '\n'), 'DKIM_PRIVATE_KEY') : null;
  if (read && 'fault' in read) faults.push(read.fault);
  if (faults.length > 0 || domain === undefined || selector === undefined || !read || !('key' in read)) return { dkim: undefined, faults };
  return { dkim: Object.freeze({ domain, selector, key: read.key }), faults };
}

/** DMARC compares domains (RFC 7489, section 3.1.1). */
function isAligned(from: string, domain: string): boolean {
  const sender = /@([^\s<>@]+?)>?$/.exec(from)?.[1]?.toLowerCase();
  return sender === undefined || sender === domain.toLowerCase() || sender.endsWith(`.${domain.toLowerCase()}`);
}

type Read = { readonly key: KeyObject } | { readonly fault: string };

function keyIn(file: string): Read {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return { fault: `DKIM_KEY_FILE cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).` };
  }
  return keyOf(text, 'DKIM_KEY_FILE');
}

function keyOf(text: string, name: string): Read {
  const how = '(make one with: openssl genrsa -out dkim.pem 2048)';
  let key: KeyObject;
  try {
    key = createPrivateKey(text);
  } catch {
    // What the parser says could repeat a piece of the key.
    return { fault: `${name} must be an RSA private key in PEM form ${how}.` };
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  return key.asymmetricKeyType === 'rsa' && bits >= LEAST_BITS ? { key } : { fault: `${name} must be an RSA key of at least ${String(LEAST_BITS)} bits ${how}.` };
}
