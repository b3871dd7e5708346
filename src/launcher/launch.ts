import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../../config/settings.js';
import { Child, type ReadyMessage } from './child.js';
import { daemonEnvironment } from './daemon-environment.js';
import { writeWhole } from './files.js';
import { choosePorts } from './keepsakes.js';
import { lockFolder, type Lock } from './lock.js';

/** The main files of the children; tests put their own in place. */
export interface Scripts {
  readonly postgresKeeper: string;
  readonly mailCatcher: string;
  readonly emulator: string;
  readonly daemon: string;
}

export interface LaunchOptions {
  readonly settings: Settings;
  /** The whole environment, which the children inherit. */
  readonly env: NodeJS.ProcessEnv;
  readonly scripts: Scripts;
  /** Takes a line for the person at the terminal. */
  readonly say: (line: string) => void;
}

export interface Launched {
  /** What a person opens. */
  readonly web: string;
  readonly dataDir: string;
  /** `undefined` if logs go to standard output. */
  readonly logDir: string | undefined;
  readonly sandboxFile: string | undefined;
  readonly mailUrl: string | undefined;
  /** Within 5 s: the daemon first, Postgres last. Calling it again while it runs hastens it. */
  stop(): Promise<void>;
}

/** A stop was asked for before everything ran. */
export class StoppedEarly extends Error {}

// One after the other, with the keeper's patience for Postgres (0.9 s): less than 5 s.
const DAEMON_STOPS_WITHIN_MS = 2_800;
const SIDE_STOPS_WITHIN_MS = 900;
const KEEPER_STOPS_WITHIN_MS = 4_000;
const PATIENCE_MS = 15_000;

/**
 * Starts what the settings ask for and do not bring themselves: Postgres, emulator, mail catcher, daemon.
 * @param stopEarly ends a start that is still under way.
 * @throws AlreadyRunning, PortTaken, StoppedEarly, or Error saying which child did not start; all others are ended then.
 */
export async function launch(options: LaunchOptions, stopEarly: AbortSignal): Promise<Launched> {
  const lock = await lockFolder(options.settings.dataDir);
  const launcher = new Launcher(options, lock);
  const early = new Promise<never>((_resolve, reject) => {
    const stop = (): void => { reject(new StoppedEarly('Stopped before everything ran.')); };
    if (stopEarly.aborted) stop();
    else stopEarly.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([launcher.start(), early]);
  } catch (error) {
    await launcher.stop();
    throw error;
  }
}

class Launcher {
  private readonly children: { keeper?: Child; catcher?: Child; emulator?: Child; daemon?: Child } = {};
  private readonly told: { keeper?: ReadyMessage; catcher?: ReadyMessage; emulator?: ReadyMessage; daemon?: ReadyMessage } = {};
  private readonly sandboxFile: string | undefined;
  private readonly logDir: string;
  private web: string | undefined;
  private stopping: Promise<void> | undefined;

  constructor(private readonly options: LaunchOptions, private readonly lock: Lock) {
    const { dataDir, sandbox } = options.settings;
    this.logDir = join(dataDir, 'logs');
    this.sandboxFile = sandbox ? join(dataDir, 'sandbox.json') : undefined;
  }

  async start(): Promise<Launched> {
    const { settings, scripts, say } = this.options;
    const { dataDir, sandbox } = settings;
    mkdirSync(this.logDir, { recursive: true, mode: 0o700 });
    // Who waits for this file waits for everything to be ready, so last time's must not stand there.
    if (this.sandboxFile !== undefined) rmSync(this.sandboxFile, { force: true });
    const ports = await choosePorts(dataDir, settings.port);
    const smtpUrl = settings.smtpUrl ?? `smtp://127.0.0.1:${String(ports.smtp)}`;

    const beside: Promise<unknown>[] = [];
    if (settings.databaseUrl === undefined) {
      beside.push(this.run('keeper', 'Postgres', scripts.postgresKeeper, ['--data', dataDir, '--log', join(this.logDir, 'postgres.log')]));
    }
    if (settings.smtpUrl === undefined) {
      beside.push(this.run('catcher', 'the mail catcher', scripts.mailCatcher, ['--dir', join(dataDir, 'mail'), '--port', String(ports.smtp)]));
    }
    if (sandbox) {
      beside.push(this.run('emulator', 'the Google Calendar emulator', scripts.emulator, ['--port', String(ports.emulator), '--data', join(dataDir, 'emulator'), '--smtp', smtpUrl, '--quiet']));
    }
    await Promise.all(beside);

    const env = daemonEnvironment(settings, {
      databaseUrl: settings.databaseUrl ?? textOf(this.told.keeper, 'url'),
      webPort: ports.web,
      smtpUrl,
      emulatorUrl: sandbox ? textOf(this.told.emulator, 'url') : undefined,
      logFile: sandbox ? join(this.logDir, 'daemon.log') : undefined,
      sandboxFile: this.sandboxFile,
    });
    const impatient = setTimeout(() => { say(`Still waiting for the daemon. ${sandbox ? `Its log: ${join(this.logDir, 'daemon.log')}` : 'It says above what it waits for.'}`); }, PATIENCE_MS);
    let ready: ReadyMessage;
    try {
      ready = await this.run('daemon', 'the daemon', scripts.daemon, [], env);
    } finally {
      clearTimeout(impatient);
    }
    this.web = textOf(ready, 'url');
    this.writeDown();
    return {
      web: this.web,
      dataDir,
      logDir: sandbox ? this.logDir : undefined,
      sandboxFile: this.sandboxFile,
      mailUrl: settings.smtpUrl === undefined ? smtpUrl : undefined,
      stop: () => this.stop(),
    };
  }

  stop(): Promise<void> {
    if (this.stopping) {
      for (const child of [this.children.daemon, this.children.emulator, this.children.catcher]) child?.kill();
    } else {
      this.stopping = this.stopInOrder();
    }
    return this.stopping;
  }

  private async stopInOrder(): Promise<void> {
    const { daemon, emulator, catcher, keeper } = this.children;
    await daemon?.stop(DAEMON_STOPS_WITHIN_MS);
    await Promise.all([emulator?.stop(SIDE_STOPS_WITHIN_MS), catcher?.stop(SIDE_STOPS_WITHIN_MS)]);
    await keeper?.stop(KEEPER_STOPS_WITHIN_MS);
    this.lock.release();
  }

  private async run(role: keyof Launcher['children'], name: string, script: string, args: readonly string[], env?: Record<string, string | undefined>): Promise<ReadyMessage> {
    // A start that lost against Ctrl-C must not go on starting things.
    if (this.stopping) throw new StoppedEarly('Stopped before everything ran.');
    const child = new Child({
      name,
      script,
      args,
      env: { ...this.options.env, MAKEWAY_DATA_DIR: this.options.settings.dataDir, ...env },
      logFile: this.options.settings.sandbox ? join(this.logDir, `${role === 'keeper' ? 'postgres-keeper' : role === 'catcher' ? 'mail-catcher' : role}.log`) : undefined,
    }, {
      onReady: (message) => {
        this.told[role] = message;
        if (this.web !== undefined) this.writeDown();
      },
      onLost: (line) => { this.options.say(line); },
    });
    this.children[role] = child;
    const ready = child.start();
    this.noteChildren();
    return ready;
  }

  private noteChildren(): void {
    const pids = Object.values(this.children).flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
    this.lock.note({ ...(this.web === undefined ? {} : { web: this.web }), children: pids });
  }

  /** What an outsider needs to drive the sandbox; written again whenever something was started again. */
  private writeDown(): void {
    this.noteChildren();
    if (this.sandboxFile === undefined) return;
    const { settings } = this.options;
    const { keeper, catcher, emulator, daemon } = this.told;
    // What the daemon prepared (coach, key, accounts) is its to tell.
    const demo = Object.fromEntries(Object.entries(daemon ?? {}).filter(([name]) => !['ready', 'url', 'port'].includes(name)));
    writeWhole(this.sandboxFile, `${JSON.stringify({
      web: daemon?.['url'],
      postgres: settings.databaseUrl ?? keeper?.['url'],
      emulator: emulator?.['url'],
      smtp: settings.smtpUrl ?? catcher?.['url'],
      pids: {
        launcher: process.pid,
        daemon: this.children.daemon?.pid,
        emulator: this.children.emulator?.pid,
        mailCatcher: this.children.catcher?.pid,
        postgres: keeper?.['pid'],
        postgresKeeper: this.children.keeper?.pid,
      },
      ...demo,
      dataDir: settings.dataDir,
      logs: this.logDir,
    }, null, 2)}\n`);
  }
}

function textOf(message: ReadyMessage | undefined, name: string): string {
  const value = message?.[name];
  if (typeof value !== 'string') throw new Error(`A child said that it is ready, but not its ${name}.`);
  return value;
}
