/** The daemon: web and timetable. Started by the launcher, or by hand with complete settings. */
import { readDaemonSettings, SettingsProblem, type DaemonSettings } from '../config/settings.js';
import { endWithLauncher, tellLauncher } from './launcher/leash.js';
import { isAlive } from './launcher/liveness.js';
import { compose, WORKERS } from './ops/compose.js';
import { logRuns, openLog } from './ops/logger.js';
import { migrate } from './ops/migrate.js';
import { moveAhead, openLead, sandboxClock } from './ops/sandbox-clock.js';
import { startTimetable, type Timetable } from './ops/timetable.js';
import { translateDatabaseError } from './postgres/translate-error.js';
import { Problem } from './kernel/problem.js';
import { outdateCursors } from './mirror/calendar.store.js';
import { openSandbox } from './sandbox/sandbox.js';
import { webServer } from './web/server.js';
import { endLeasesOfTheDead } from './work/due.store.js';
import { work } from './work/run-due.flow.js';

/** How long a person waits at a page for what their click began; after that the page says that it is being done. */
const LONGEST_WAIT_MS = 5_000;

function settingsOrExit(): DaemonSettings {
  try {
    return readDaemonSettings(process.env);
  } catch (error) {
    if (!(error instanceof SettingsProblem)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

const settings = settingsOrExit();
const log = openLog(settings.logLevel, settings.logFile, 'main');
logRuns(log);
const lead = settings.sandbox ? openLead(settings.dataDir) : null;
const { shell, oauth, close } = compose(settings, 'main', { connections: 8, ...(lead && { clock: sandboxClock(lead) }) });
let isPrepared = false;
let timetable: Timetable | null = null;
let wasToldToEnd = false;
const isEnding = (): boolean => wasToldToEnd;
/** Work that people's clicks go on with now, in this thread. */
const clicks = new Set<Promise<void>>();
/** Less than the launcher waits before it kills. */
const STOP_MS = 2_500;

const sandbox = settings.sandbox ? openSandbox(shell, settings, (ms) => (lead ? moveAhead(lead, settings.dataDir, ms) : 0)) : null;
const app = await webServer({
  shell, oauth, log, sandbox: sandbox?.routes ?? null,
  goOn: (claim) => {
    const click = work(shell, WORKERS, claim).finally(() => clicks.delete(click));
    clicks.add(click);
    return waitAWhile(click);
  },
  isReady: async () => {
    if (!isPrepared) return false;
    try {
      await shell.db.raw('select 1 from requests limit 0');
      return true;
    } catch (error) {
      if (translateDatabaseError(error) instanceof Problem) return false;
      throw error;
    }
  },
});

endWithLauncher(async () => {
  wasToldToEnd = true;
  const inOrder = Promise.all([timetable?.stop(), app.close(), Promise.allSettled(clicks)]).then(close);
  // What takes longer, such as a call that Google does not answer, is taken up by the next start.
  await Promise.race([inOrder, new Promise((resolve) => setTimeout(resolve, STOP_MS))]);
  log.info('stopped');
});

try {
  await app.listen({ port: settings.port, host: settings.sandbox ? '127.0.0.1' : '0.0.0.0' });
} catch (error) {
  if ((error as { code?: unknown }).code !== 'EADDRINUSE') throw error;
  console.error(`Port ${settings.port} is taken. Free it, or set PORT to another one.`);
  process.exit(1);
}
await untilThere('the database', async () => {
  const applied = await migrate(shell.db);
  if (applied.length > 0) log.info({ applied }, 'database brought up to date');
  await endLeasesOfTheDead(shell.db, shell.clock.now(), isAlive);
  await outdateCursors(shell.db, shell.clock.now());
});
if (!isEnding()) timetable = startTimetable(log, lead);
const demo = await untilThere('what the demo needs', async () => sandbox?.prepare());
if (!isEnding()) {
  isPrepared = true;
  log.info({ url: settings.publicUrl }, 'ready');
  tellLauncher({ ready: true, url: settings.publicUrl, port: settings.port, ...demo });
}

/** Does `prepare` as often as needed while the database or Google is away, as long as it takes. */
async function untilThere<T>(what: string, prepare: () => Promise<T>): Promise<T | undefined> {
  for (let wait = 250; !isEnding(); wait = Math.min(wait * 2, 5_000)) {
    try {
      return await prepare();
    } catch (error) {
      const problem = translateDatabaseError(error);
      if (!(problem instanceof Problem) || problem.remedy !== 'wait') throw problem;
      log.warn({ code: problem.code, nextInMs: wait }, `${what} is not there yet`);
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
  return undefined;
}

/** Waits for work that goes on anyway: its end, its failure and the rest of it are the row's. */
async function waitAWhile(piece: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<void>((resolve) => { timer = setTimeout(resolve, LONGEST_WAIT_MS); });
  const ended = piece.catch((error: unknown) => { log.error({ code: error instanceof Problem ? error.code : 'UNEXPECTED' }, 'a click could not go on'); });
  await Promise.race([ended, tooLong]);
  clearTimeout(timer);
}
