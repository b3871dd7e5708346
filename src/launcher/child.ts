import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, renameSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { tailOf } from './files.js';

export interface ChildPlan {
  /** As people read it: "the daemon". */
  readonly name: string;
  /** Path of the JavaScript file. */
  readonly script: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Takes what it prints; `undefined` = it prints where we do. */
  readonly logFile: string | undefined;
}

/** What a child says when it serves; more than `ready` depends on the child. */
export type ReadyMessage = Readonly<Record<string, unknown>> & { readonly ready: true };

interface ChildEvents {
  /** Also after each restart, and each time the child says it again. */
  onReady(message: ReadyMessage): void;
  onLost(line: string): void;
}

const CALM_AFTER_MS = 30_000;
const LONGEST_PAUSE_MS = 10_000;
const LARGEST_LOG = 10_000_000;

/** A child program that is started again when it ends unasked. Stands in a group of its own, so Ctrl-C passes it by. */
export class Child {
  private running: ChildProcess | undefined;
  private isStopping = false;
  private failures = 0;
  private wakeFromPause = new AbortController();

  constructor(private readonly plan: ChildPlan, private readonly events: ChildEvents) {}

  get pid(): number | undefined {
    return this.running?.pid;
  }

  /** Resolves with its first "ready". @throws Error with the end of its log if it ends before that. */
  start(): Promise<ReadyMessage> {
    if (this.plan.logFile !== undefined) setFullLogAside(this.plan.logFile);
    return new Promise((resolve, reject) => {
      this.spawn(resolve, (how) => {
        const { name, logFile } = this.plan;
        reject(new Error(`${capital(name)} did not start (${how}).${logFile === undefined ? '' : ` The end of ${logFile}:\n${tailOf(logFile)}`}`));
      });
    });
  }

  /** SIGTERM, and SIGKILL after the deadline. Resolves when it is gone; at once if it does not run. */
  async stop(deadlineMs: number): Promise<void> {
    this.isStopping = true;
    this.wakeFromPause.abort();
    const child = this.running;
    if (!child) return;
    const gone = new Promise<void>((resolve) => { child.once('exit', () => { resolve(); }); });
    child.kill('SIGTERM');
    const timer = setTimeout(() => { child.kill('SIGKILL'); }, deadlineMs);
    await gone;
    clearTimeout(timer);
  }

  /** Ends it at once, if it runs. */
  kill(): void {
    this.isStopping = true;
    this.running?.kill('SIGKILL');
  }

  private spawn(onFirstReady: (message: ReadyMessage) => void, onEndBeforeReady: (how: string) => void): void {
    const { script, args, env, logFile } = this.plan;
    const startedAt = performance.now();
    const log = logFile === undefined ? 'inherit' : openSync(logFile, 'a', 0o600);
    const child = spawn(process.execPath, [script, ...args], { env, detached: true, stdio: ['ignore', log, log, 'ipc'] });
    if (typeof log === 'number') closeSync(log);
    this.running = child;
    let wasReady = false;
    child.on('message', (message: unknown) => {
      if (!isReadyMessage(message)) return;
      if (!wasReady) onFirstReady(message);
      wasReady = true;
      this.events.onReady(message);
    });
    const ended = (how: string): void => {
      if (this.running !== child) return;
      this.running = undefined;
      if (this.isStopping) {
        onEndBeforeReady('it was stopped');
      } else if (wasReady) {
        if (performance.now() - startedAt > CALM_AFTER_MS) this.failures = 0;
        this.events.onLost(`${capital(this.plan.name)} ended unexpectedly (${how}); starting it again.`);
        void this.restart();
      } else {
        onEndBeforeReady(how);
      }
    };
    child.once('error', (error) => { ended(error.message); });
    child.once('exit', (code, signal) => { ended(signal ?? `exit code ${String(code)}`); });
  }

  /** The first time at once, then after 0.5 s, 1 s, 2 s … up to 10 s. */
  private async restart(): Promise<void> {
    const pauseMs = this.failures === 0 ? 0 : Math.min(250 * 2 ** this.failures, LONGEST_PAUSE_MS);
    this.failures += 1;
    try {
      await sleep(pauseMs, undefined, { signal: this.wakeFromPause.signal });
    } catch (error) {
      if ((error as Error).name !== 'AbortError') throw error;
    }
    if (this.isStopping) return;
    this.spawn(() => undefined, (how) => {
      if (this.isStopping) return;
      this.events.onLost(`${capital(this.plan.name)} did not come back (${how}); trying again.`);
      void this.restart();
    });
  }
}

function isReadyMessage(message: unknown): message is ReadyMessage {
  return typeof message === 'object' && message !== null && 'ready' in message && message.ready === true;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** One old log is kept, so that a sandbox that runs for weeks does not fill the disk. */
function setFullLogAside(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LARGEST_LOG) renameSync(path, `${path}.1`);
}
