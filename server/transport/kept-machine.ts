import type { Duplex } from 'node:stream';
import type { ConstantScript } from './constant-script.ts';
import type { Machine, RunScriptOptions, ScriptResult } from './machine.ts';
import { TransportError } from './transport-error.ts';

interface KeptMachineOptions {
  label: string;
  /** Makes one connection; its own deadline is its business. */
  connect: (signal: AbortSignal) => Promise<Machine>;
  /** First and longest pause after a failed attempt; default 0.2 s and 30 s. */
  minPauseMs?: number;
  maxPauseMs?: number;
}

/**
 * A machine that is connected when it is needed and again after each loss. All callers share one attempt. After a
 * failed attempt calls fail at once with the same error until a pause has passed, which doubles with each failure: a
 * machine that is down costs nobody any waiting.
 */
export class KeptMachine implements Machine {
  readonly label: string;
  readonly #options: KeptMachineOptions;
  readonly #closed = new AbortController();
  readonly #lossListeners = new Set<(error: TransportError) => void>();
  readonly #closeListeners = new Set<(error: null) => void>();
  #current: Machine | null = null;
  #attempt: Promise<Machine> | null = null;
  #failures = 0;
  #lastFailure: { error: unknown; retryAtMs: number } | null = null;

  constructor(options: KeptMachineOptions) {
    this.label = options.label;
    this.#options = options;
  }

  async openUnixSocket(path: string, options: { signal?: AbortSignal; timeoutMs?: number } = {}): Promise<Duplex> {
    return (await this.#connected(options.signal)).openUnixSocket(path, options);
  }

  async runScript(script: ConstantScript, options: RunScriptOptions): Promise<ScriptResult> {
    return (await this.#connected(options.signal)).runScript(script, options);
  }

  async readFile(
    path: string,
    options: { maxBytes: number; timeoutMs?: number; signal?: AbortSignal },
  ): Promise<Buffer> {
    return (await this.#connected(options.signal)).readFile(path, options);
  }

  /** Lets the next call try at once, for instance because an admin has just mended the machine. */
  forgetFailure(): void {
    this.#failures = 0;
    this.#lastFailure = null;
  }

  /** Calls back each time a connection that stood was lost. Returns a canceller. */
  onLoss(listener: (error: TransportError) => void): () => void {
    this.#lossListeners.add(listener);
    return () => this.#lossListeners.delete(listener);
  }

  /** Calls back once, after {@link close}: no loss is for good. */
  onClose(listener: (error: TransportError | null) => void): () => void {
    this.#closeListeners.add(listener);
    return () => this.#closeListeners.delete(listener);
  }

  close(): void {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort();
    this.#current?.close();
    for (const listener of this.#closeListeners) listener(null);
    this.#closeListeners.clear();
  }

  async #connected(signal: AbortSignal | undefined): Promise<Machine> {
    if (this.#closed.signal.aborted) {
      throw new TransportError('aborted', `The connection to ${this.label} was closed`, { sent: false });
    }
    if (this.#current) return this.#current;
    if (this.#lastFailure && performance.now() < this.#lastFailure.retryAtMs) throw this.#lastFailure.error;
    this.#attempt ??= this.#connect();
    return untilAborted(this.#attempt, signal, `Connecting to ${this.label}`);
  }

  async #connect(): Promise<Machine> {
    try {
      const machine = await this.#options.connect(this.#closed.signal);
      if (this.#closed.signal.aborted) {
        machine.close();
        throw new TransportError('aborted', `The connection to ${this.label} was closed`, { sent: false });
      }
      this.#current = machine;
      this.forgetFailure();
      machine.onClose((error) => this.#dropped(machine, error));
      return machine;
    } catch (error) {
      this.#lastFailure = { error, retryAtMs: performance.now() + this.#pauseMs() };
      this.#failures += 1;
      throw error;
    } finally {
      this.#attempt = null;
    }
  }

  #dropped(machine: Machine, error: TransportError | null): void {
    if (this.#current === machine) this.#current = null;
    if (error === null || this.#closed.signal.aborted) return;
    for (const listener of this.#lossListeners) listener(error);
  }

  /** Doubles up to the longest pause; the upper half is drawn, so that many consoles do not knock in step. */
  #pauseMs(): number {
    const { minPauseMs = 200, maxPauseMs = 30_000 } = this.#options;
    const full = Math.min(maxPauseMs, minPauseMs * 2 ** this.#failures);
    return full / 2 + (Math.random() * full) / 2;
  }
}

/** The shared attempt goes on when one of its callers leaves. */
async function untilAborted<T>(attempt: Promise<T>, signal: AbortSignal | undefined, what: string): Promise<T> {
  if (!signal) return attempt;
  const left = Promise.withResolvers<never>();
  const leave = () => left.reject(new TransportError('aborted', `${what} was aborted`, { sent: false }));
  if (signal.aborted) leave();
  signal.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([attempt, left.promise]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
