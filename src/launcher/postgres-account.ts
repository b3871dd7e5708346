import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { readIfThere, writeWhole } from './files.js';

/** The account under which Postgres runs if we are root: Postgres refuses to be root. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** `undefined`: we are an ordinary user, and Postgres runs as we do. */
export function accountForPostgres(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const lines = (readIfThere('/etc/passwd') ?? '').split('\n').map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody', 'daemon']) {
    const [, , uid, gid] = lines.find((fields) => fields[0] === name) ?? [];
    if (Number(uid) > 0 && Number(gid) > 0) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error('Postgres does not run as root, and there is none of the accounts postgres, nobody, daemon. Start Makeway as an ordinary user, or give DATABASE_URL.');
}

/** Whether the account may pass through the folder and everything above it. */
export function mayEnter(folder: string, account: Account): boolean {
  for (let place = realpathSync(folder); ; place = dirname(place)) {
    if (!has(place, account, 1)) return false;
    if (dirname(place) === place) return true;
  }
}

/** Whether the account may read and run this file. */
export function mayRun(file: string, account: Account): boolean {
  return mayEnter(dirname(file), account) && has(file, account, 5);
}

function has(path: string, account: Account, bits: number): boolean {
  const { mode, uid, gid } = statSync(path);
  const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
  return ((mode >> shift) & bits) === bits;
}

/**
 * The folder in which Postgres keeps its cluster: `<data dir>/postgres`. If the account of Postgres cannot
 * get there (a clone under root's 0700 home), a folder outside, whose name is kept in the data folder.
 */
export function clusterHome(dataDir: string, account: Account | undefined): string {
  mkdirSync(dataDir, { recursive: true });
  const inside = join(dataDir, 'postgres');
  if (account === undefined) {
    mkdirSync(inside, { recursive: true, mode: 0o700 });
    return inside;
  }
  const note = join(dataDir, 'postgres-is-at');
  const noted = readIfThere(note)?.trim();
  if (noted !== undefined && existsSync(noted)) {
    demandFolderOf(noted, account.uid);
    return noted;
  }
  // Everything secret in the data folder is 0600 or 0700 by itself, so passing through it gives nothing away.
  if (statSync(dataDir).uid === 0) chmodSync(dataDir, (statSync(dataDir).mode & 0o7777) | 0o011);
  if (existsSync(inside)) {
    // A start that ended between the next two steps left it to root.
    if (statSync(inside).uid === 0) chownSync(inside, account.uid, account.gid);
    return inside;
  }
  if (mayEnter(dataDir, account)) {
    giveFolder(inside, account);
    return inside;
  }
  const outside = join(rootsPlace(), `cluster-${randomBytes(6).toString('hex')}`);
  giveFolder(outside, account);
  writeWhole(`${outside}.txt`, `The database of Makeway's data folder ${dataDir}. If that folder is gone, this one may be deleted too.\n`, 0o644);
  writeWhole(note, `${outside}\n`);
  return outside;
}

/** A folder of root outside of any home, in which everybody may pass and only root may write. */
export function rootsPlace(): string {
  const places = ['/var/lib/makeway', '/var/tmp/makeway-root'];
  for (const place of places) {
    try {
      mkdirSync(place, { mode: 0o755 });
      chmodSync(place, 0o755);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') continue;
    }
    demandFolderOf(place, 0);
    return place;
  }
  throw new Error(`Postgres does not run as root and needs a folder outside of root's home, but none of ${places.join(', ')} can be made. Set MAKEWAY_DATA_DIR to a folder that every account may pass through.`);
}

function giveFolder(folder: string, account: Account): void {
  mkdirSync(folder, { mode: 0o700 });
  chownSync(folder, account.uid, account.gid);
}

/** In a folder where everybody may write, somebody else could have put a link or a folder of theirs in our place. */
function demandFolderOf(folder: string, uid: number): void {
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o022) !== 0) {
    throw new Error(`${folder} is not a folder of account ${String(uid)} that only this account may change. Look at it, and remove it if it is not yours.`);
  }
}
