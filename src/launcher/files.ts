import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';

/**
 * Writes a file so that a reader, also after a crash, sees the old text or the new one, never a part.
 * @param mode permissions of the new file, 0600 unless told.
 */
export function writeWhole(path: string, text: string | Buffer, mode = 0o600): void {
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  const file = openSync(draft, 'wx', mode);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } catch (error) {
    unlinkSync(draft);
    throw error;
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
}

/** The text of a file, or `undefined` if there is none. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The last lines of a log, for a message about a program that did not start. */
export function tailOf(path: string, lines = 12): string {
  return (readIfThere(path) ?? '').trimEnd().split('\n').slice(-lines).join('\n');
}
