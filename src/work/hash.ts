import { createHash } from 'node:crypto';

/** SHA-256 of a secret or a body: what is stored and compared in its place. */
export const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
