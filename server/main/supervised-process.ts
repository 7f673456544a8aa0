import { type ChildProcess, spawn } from 'node:child_process';
import { sleep } from '#server/platform/clock.ts';

export interface SupervisedProcessOptions {
  /** For messages: web, worker. */
  name: string;
  /** The script that Node runs. */
  script: string;
  /** The whole environment of the process: nothing of ours is inherited. */
  env: NodeJS.ProcessEnv;
  log: (line: string) => void;
}

/** A process that lived so long counts as well started: the next pause is short again. */
const steadyMs = 60_000;
const longestPauseMs = 30_000;
/** Time to end in order, handing operations over; then it is killed, which it must survive anyway. */
const stopMs = 20_000;

/**
 * One of Atoll's processes, started again when it dies, with a pause that doubles up to 30 s. It ends when we do, even
 * by kill -9 (prctl PR_SET_PDEATHSIG, through setpriv of util-linux), and not by Ctrl-C in the terminal, which is ours.
 */
export class SupervisedProcess {
  readonly #options: SupervisedProcessOptions;
  readonly #stopping = new AbortController();
  #child: ChildProcess | null = null;
  #running: Promise<void> | null = null;

  constructor(options: SupervisedProcessOptions) {
    this.#options = options;
  }

  /** undefined between two lives. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    this.#running ??= this.#keepRunning();
  }

  /** SIGTERM, then SIGKILL; resolves when it is gone for good. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const child = this.#child;
    child?.kill('SIGTERM');
    const impatience = setTimeout(() => child?.kill('SIGKILL'), stopMs);
    await this.#running;
    clearTimeout(impatience);
  }

  async #keepRunning(): Promise<void> {
    const { signal } = this.#stopping;
    for (let failures = 0; !signal.aborted; ) {
      const startedAt = performance.now();
      const how = await this.#runOnce();
      if (signal.aborted) return;
      failures = performance.now() - startedAt > steadyMs ? 1 : failures + 1;
      const pauseMs = Math.min(longestPauseMs, 250 * 2 ** failures);
      this.#options.log(
        `The ${this.#options.name} process ended with ${how}; it is started again in ${pauseMs / 1000} s.`,
      );
      await sleep(pauseMs, signal).catch(() => undefined); // a stop ends the pause
    }
  }

  #runOnce(): Promise<string> {
    const { script, env } = this.#options;
    const command = ['--pdeathsig', 'TERM', process.execPath, '--disable-warning=ExperimentalWarning', script];
    const child = spawn('setpriv', command, { stdio: ['ignore', 'inherit', 'inherit'], env, detached: true });
    this.#child = child;
    return new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, by) => resolve(by ?? `code ${code}`));
    }).then((how) => {
      this.#child = null;
      return String(how);
    });
  }
}
