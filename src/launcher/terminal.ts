import { parseArgs } from 'node:util';
import { readSettings, SettingsProblem, type Settings } from '../../config/settings.js';
import { launch, StoppedEarly, type Launched, type Scripts } from './launch.js';

/** npm hands Ctrl-C on to us although the terminal already did: what follows so closely is the same one. */
const SAME_SIGNAL_MS = 1_000;

const say = (line: string): void => { console.log(line); };

/**
 * Runs everything that Makeway needs and was not given, until a signal; then ends the program with code 0.
 * What keeps it from starting is told in words, with code 1.
 */
export async function runAtTerminal(scripts: Scripts): Promise<void> {
  const stopEarly = new AbortController();
  let launched: Launched | undefined;
  let firstSignalAt: number | undefined;

  const stopAsked = (): void => {
    const now = performance.now();
    if (firstSignalAt !== undefined && now - firstSignalAt < SAME_SIGNAL_MS) return;
    firstSignalAt ??= now;
    stopEarly.abort();
    launched?.stop().then(
      () => { process.exit(0); },
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stopAsked);
  // A closed terminal must not end us before the children have ended in order.
  process.stdout.on('error', stopAsked);
  stopWithNpm(stopAsked);

  try {
    const settings = settingsOf(process.argv.slice(2));
    launched = await launch({ settings, env: process.env, scripts, say }, stopEarly.signal);
    greet(settings, launched);
  } catch (error) {
    if (error instanceof StoppedEarly) process.exit(0);
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}

function settingsOf(args: readonly string[]): Settings {
  try {
    const { values } = parseArgs({ args: [...args], options: { 'yes-mail': { type: 'boolean' } } });
    return readSettings(process.env, { yesMail: values['yes-mail'] === true });
  } catch (error) {
    if (error instanceof TypeError) throw new SettingsProblem([`${error.message} The only option is --yes-mail.`]);
    throw error;
  }
}

function greet(settings: Settings, { web, logDir, mailUrl, dataDir }: Launched): void {
  say('');
  say(settings.sandbox
    ? 'Makeway runs in its sandbox: a demo coach in an emulated Google Calendar. No mail leaves this machine.'
    : 'Makeway runs.');
  say('');
  say(`  Open   ${web}/`);
  if (logDir !== undefined) say(`  Logs   ${logDir}`);
  if (logDir !== undefined) say(`  Kept   ${dataDir} (delete it to begin anew)`);
  if (mailUrl !== undefined) say(`  Mail   ${mailUrl} catches everything`);
  say('  Stop   Ctrl-C');
  say('');
}

/** Under `npm start` the terminal belongs to npm: when it is killed, nobody could stop us any more. */
function stopWithNpm(stopAsked: () => void): void {
  if (process.env['npm_lifecycle_event'] !== 'start') return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stopAsked();
  }, 500).unref();
}
