import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import type { ConstantScript } from '../constant-script.ts';
import type { Machine, RunScriptOptions, ScriptResult } from '../machine.ts';
import { defaultMachineTimeoutMs, defaultMaxOutputBytes } from '../machine.ts';
import { OutputBuffer } from '../output-buffer.ts';
import { TransportError } from '../transport-error.ts';
import { withDeadline } from '../with-deadline.ts';

/** What scripts get: our own environment may hold keys, so nothing of it is handed on. */
const scriptEnv: NodeJS.ProcessEnv = {
  NODE_ENV: 'production',
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C.UTF-8',
};

/** The machine that we run on. */
export class LocalMachine implements Machine {
  readonly label = 'local';
  readonly #sockets = new Set<net.Socket>();
  readonly #closed = new AbortController();
  readonly #listeners = new Set<(error: null) => void>();

  async openUnixSocket(path: string, options: { signal?: AbortSignal; timeoutMs?: number } = {}): Promise<net.Socket> {
    return this.#during(`Opening ${path}`, options, async (signal) => {
      const socket = net.connect({ path });
      signal.addEventListener('abort', () => socket.destroy(), { once: true });
      const connected = Promise.withResolvers<void>();
      socket.once('connect', connected.resolve).once('error', connected.reject).once('close', connected.reject);
      await connected.promise.catch((error) => Promise.reject(fileError(`Opening ${path}`, error)));
      socket.off('error', connected.reject).off('close', connected.reject);
      this.#sockets.add(socket.once('close', () => this.#sockets.delete(socket)));
      return socket;
    });
  }

  async runScript(script: ConstantScript, options: RunScriptOptions): Promise<ScriptResult> {
    return this.#during('Running a script', { ...options, sent: true }, async (signal) => {
      // A process group of its own, so that giving up kills what the script has started, too.
      const child = spawn('/bin/sh', ['-c', script], { detached: true, env: scriptEnv, cwd: '/' });
      const finished = Promise.withResolvers<number>();
      const kill = () => killGroup(child.pid);
      signal.addEventListener('abort', kill, { once: true });
      const fail = (error: TransportError) => {
        kill();
        finished.reject(error);
      };
      const maxBytes = options.maxOutputBytes ?? defaultMaxOutputBytes;
      const stdout = new OutputBuffer(child.stdout, maxBytes, fail);
      const stderr = new OutputBuffer(child.stderr, maxBytes, fail);
      child.once('error', (error) => fail(fileError('Running a script', error)));
      child.once('close', (code, by) => finished.resolve(code ?? 128 + (by === null ? 0 : os.constants.signals[by])));
      child.stdin.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EPIPE') fail(fileError('Running a script', error)); // EPIPE: it need not read all of stdin
      });
      child.stdin.end(options.stdin ?? '');
      const code = await finished.promise;
      signal.removeEventListener('abort', kill);
      return { code, stdout: stdout.text(), stderr: stderr.text() };
    });
  }

  async readFile(
    path: string,
    options: { maxBytes: number; timeoutMs?: number; signal?: AbortSignal },
  ): Promise<Buffer> {
    return this.#during(`Reading ${path}`, options, async (signal) => {
      try {
        return await readRegularFile(path, options.maxBytes, signal);
      } catch (error) {
        throw fileError(`Reading ${path}`, error);
      }
    });
  }

  onClose(listener: (error: TransportError | null) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort();
    for (const socket of this.#sockets) socket.destroy();
    for (const listener of this.#listeners) listener(null);
    this.#listeners.clear();
  }

  #during<T>(
    what: string,
    options: { timeoutMs?: number; signal?: AbortSignal; sent?: boolean },
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const signal = options.signal ? AbortSignal.any([options.signal, this.#closed.signal]) : this.#closed.signal;
    const { timeoutMs = defaultMachineTimeoutMs, sent = false } = options;
    return withDeadline(what, { timeoutMs, signal, sent }, work);
  }
}

async function readRegularFile(path: string, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    if (!(await file.stat()).isFile()) throw new TransportError('forbidden', `${path} is no regular file`);
    const chunks: Buffer[] = [];
    // One byte more than allowed tells a file that is too large; files of /proc do not know their size.
    const stream = file.createReadStream({ end: maxBytes, signal, autoClose: false });
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    if (bytes.length <= maxBytes) return bytes;
    throw new TransportError('too_large', `${path} is larger than ${maxBytes} bytes`, { sent: false });
  } finally {
    await file.close();
  }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // ESRCH: it has ended meanwhile
  }
}

function fileError(what: string, error: unknown): TransportError {
  if (error instanceof TransportError) return error;
  const { code, message } = (error ?? { message: 'closed' }) as NodeJS.ErrnoException;
  const known = { ENOENT: 'not_found', ECONNREFUSED: 'refused', EACCES: 'forbidden', EPERM: 'forbidden' } as const;
  const meaning = known[code as keyof typeof known] ?? 'lost';
  return new TransportError(meaning, `${what}: ${message}`, { cause: error, sent: false });
}
