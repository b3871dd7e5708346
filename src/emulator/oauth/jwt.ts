import { createSign, createVerify, type KeyObject } from 'node:crypto';

/** A JSON Web Token, taken apart but not yet believed. */
export interface Jwt {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  /** What the signature is about. */
  readonly signed: string;
  readonly signature: Buffer;
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function readPart(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The claims as a token, signed with RS256 (RFC 7515, RFC 7518 3.3). */
export function signJwt(claims: object, key: KeyObject, kid: string): string {
  const signed = `${part({ alg: 'RS256', kid, typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key, 'base64url')}`;
}

/** The parts of a token; undefined if it is none. Says nothing about who signed it. */
export function readJwt(token: string): Jwt | undefined {
  const [head = '', body = '', signature = '', ...rest] = token.split('.');
  const header = readPart(head), claims = readPart(body);
  if (rest.length > 0 || signature === '' || header === undefined || claims === undefined) return undefined;
  return { header, claims, signed: `${head}.${body}`, signature: Buffer.from(signature, 'base64url') };
}

/** True if the token was signed with RS256 by the owner of this public key. */
export const isSignedBy = (jwt: Jwt, key: KeyObject): boolean =>
  jwt.header['alg'] === 'RS256' && createVerify('RSA-SHA256').update(jwt.signed).verify(key, jwt.signature);
