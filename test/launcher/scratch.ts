import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A folder of this test file's own, gone after its tests. */
export function scratchFolder(name = 'makeway test'): string {
  const folder = mkdtempSync(join(tmpdir(), `${name} `));
  // Root's Postgres runs under another account, which has to pass through.
  chmodSync(folder, 0o755);
  afterAll(() => { rmSync(folder, { recursive: true, force: true, maxRetries: 3 }); });
  return folder;
}

export async function until<T>(look: () => T | undefined | Promise<T | undefined>, what: string, withinMs = 10_000): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (performance.now() >= deadline) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
