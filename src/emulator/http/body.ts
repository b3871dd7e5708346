import type { IncomingMessage } from 'node:http';
import { ApiError, malformed } from './api-error.js';
import type { JsonObject } from '../store/model.js';

/** Beyond this much, what a client still sends is not even read away. */
const PATIENCE = 256 * 2 ** 20;

/**
 * The whole body. Throws 413 if it is longer than `limit` bytes, after reading the rest away, so that the client can
 * finish and see the answer; 400 `parseError` if it is not UTF-8.
 */
export async function readText(request: IncomingMessage, limit: number): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size <= limit) parts.push(part);
    else parts.length = 0;
    if (size > PATIENCE) break;
  }
  if (size > limit) throw new ApiError(413, 'uploadTooLarge', 'Request Too Large');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts));
  } catch {
    throw malformed('parseError', 'Invalid JSON payload received. Invalid UTF-8 string.');
  }
}

/** Google's parser goes no deeper. */
const DEEPEST = 100;

/** How many lists and objects stand in each other, at most. */
function depthOf(json: string): number {
  let depth = 0, deepest = 0;
  for (let at = 0, isInText = false; at < json.length; at++) {
    const char = json[at];
    if (char === '"') isInText = !isInText;
    else if (isInText) at += char === '\\' ? 1 : 0;
    else if (char === '{' || char === '[') deepest = Math.max(deepest, ++depth);
    else if (char === '}' || char === ']') depth--;
  }
  return deepest;
}

/** A backslash for itself, a character beyond the first 65,536 as a pair, or half of such a pair. */
const PAIRS = /\\\\|\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\u[dD][89a-fA-F][\da-fA-F]{2}/g;

/** JSON without half characters: no UTF-8 can hold them, neither the store's nor an answer's. */
const withWholeCharacters = (json: string): string => json.replaceAll(PAIRS, (found) => (found.length === '\\ud800'.length ? '\\ufffd' : found));

/**
 * A body as a JSON object; `{}` for none. Half characters become U+FFFD. Throws Google's 400s for other JSON, for no JSON, for JSON
 * nested deeper than 100 levels, and for another content type.
 */
export function parseObject(text: string, contentType?: string): JsonObject {
  if (text === '') return {};
  const type = (contentType ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type !== 'application/json' && !type.endsWith('+json')) throw new ApiError(400, 'badContent', `Unsupported content with type: ${type}`);
  if (depthOf(text) > DEEPEST) throw malformed('parseError', 'Invalid JSON payload received. Message too deep. Max recursion depth reached.');
  let value: unknown;
  try {
    value = JSON.parse(withWholeCharacters(text));
  } catch {
    // Google marks the place; here the mark stands under the beginning.
    throw malformed('parseError', `Invalid JSON payload received. Unexpected token.\n${text.slice(0, 40)}\n^`);
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw malformed('badRequest', 'Invalid JSON payload received. Root element must be a message.');
  return value as JsonObject;
}
