import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The text of one file of the checkout. */
export const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Path and text of every TypeScript file under `src` but those of `without`. */
export function sources(...without: readonly string[]): { path: string; text: string }[] {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .map((file) => `src/${file.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.ts') && !without.some((prefix) => path.startsWith(prefix)))
    .map((path) => ({ path, text: textOf(path) }));
}
