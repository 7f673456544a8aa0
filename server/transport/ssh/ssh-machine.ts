import type { Duplex } from 'node:stream';
import type { Client, ClientChannel, SFTPWrapper } from 'ssh2';
import { type ConstantScript, constantScript } from '../constant-script.ts';
import type { Machine, RunScriptOptions, ScriptResult } from '../machine.ts';
import { defaultMachineTimeoutMs, defaultMaxOutputBytes } from '../machine.ts';
import { OutputBuffer } from '../output-buffer.ts';
import { TransportError } from '../transport-error.ts';
import { withDeadline } from '../with-deadline.ts';
import { ChannelSocket } from './channel-socket.ts';
import { readSftpFile } from './read-sftp-file.ts';
import { commandLine, exitCode, killScript, splitOutput } from './remote-script.ts';
import { Slots } from './slots.ts';
import { channelError } from './ssh-error.ts';

/** sshd allows 10 sessions per connection (MaxSessions); forwarded sockets do not count. */
const maxSessions = 8;

const socketExistsScript = constantScript`read -r path; [ -e "$path" ] && echo yes || echo no`;

const missingSocket = ({ message }: TransportError): TransportError =>
  new TransportError('not_found', `${message}; it is not there`, { sent: false });

/** A machine at the other end of one SSH connection. Made by `connectSsh`; ends with its connection. */
export class SshMachine implements Machine {
  readonly label: string;
  readonly #client: Client;
  readonly #sessions = new Slots(maxSessions);
  readonly #sockets = new Set<Duplex>();
  readonly #ended = new AbortController();
  readonly #listeners = new Set<(error: TransportError | null) => void>();
  #lastError: Error | null = null;

  constructor(client: Client, label: string) {
    this.label = label;
    this.#client = client;
    client.on('error', (error) => {
      this.#lastError = error;
    });
    client.once('end', () => this.#end(this.#lost()));
    client.once('close', () => this.#end(this.#lost()));
  }

  async openUnixSocket(path: string, options: { signal?: AbortSignal; timeoutMs?: number } = {}): Promise<Duplex> {
    try {
      return await this.#forwardTo(path, options);
    } catch (error) {
      if (!(error instanceof TransportError) || error.code !== 'refused') throw error;
      throw (await this.#isMissing(path, options)) ? missingSocket(error) : error;
    }
  }

  async #forwardTo(path: string, options: { signal?: AbortSignal; timeoutMs?: number }): Promise<Duplex> {
    const what = `Opening ${path} on ${this.label}`;
    return this.#during(what, { ...options, sent: false }, async (signal) => {
      const channel = await this.#openChannel<ClientChannel>(what, signal, (callback) =>
        this.#client.openssh_forwardOutStreamLocal(path, callback),
      );
      const socket = new ChannelSocket(channel);
      this.#sockets.add(socket);
      return socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /** sshd says no more than that it did not connect; a look at the path tells a dead daemon from one that is not installed. */
  async #isMissing(path: string, options: { signal?: AbortSignal; timeoutMs?: number }): Promise<boolean> {
    try {
      const { timeoutMs = defaultMachineTimeoutMs } = options;
      const { code, stdout } = await this.runScript(socketExistsScript, { ...options, timeoutMs, stdin: `${path}\n` });
      return code === 0 && stdout.trim() === 'no';
    } catch (error) {
      if (error instanceof TransportError) return false; // a key that is restricted to forwarding may not look
      throw error;
    }
  }

  async runScript(script: ConstantScript, options: RunScriptOptions): Promise<ScriptResult> {
    const what = `Running a script on ${this.label}`;
    return this.#inSession(what, { ...options, sent: true }, async (signal) => {
      const channel = await this.#openChannel<ClientChannel>(what, signal, (callback) =>
        this.#client.exec(commandLine(script), callback),
      );
      const finished = Promise.withResolvers<number>();
      const maxBytes = options.maxOutputBytes ?? defaultMaxOutputBytes;
      const kill = () => {
        channel.close();
        this.#killScript(splitOutput(stdout.text()).pid);
      };
      const fail = (error: TransportError) => {
        kill();
        finished.reject(error);
      };
      const stdout = new OutputBuffer(channel, maxBytes, fail);
      const stderr = new OutputBuffer(channel.stderr, maxBytes, fail);
      signal.addEventListener('abort', kill, { once: true });
      channel.once('error', (error: Error) => fail(channelError(what, error)));
      // `close` has what `exit` had: that one may have come in the very packet that opened the channel, before we listened.
      channel.once('close', (exited: number | null | undefined, by?: string) => {
        if (exited === undefined) finished.reject(new TransportError('lost', `${what}: it ended without an exit code`));
        else finished.resolve(exitCode(exited, by));
      });
      channel.end(options.stdin ?? '');
      try {
        return { code: await finished.promise, stdout: splitOutput(stdout.text()).stdout, stderr: stderr.text() };
      } finally {
        signal.removeEventListener('abort', kill);
      }
    });
  }

  async readFile(
    path: string,
    options: { maxBytes: number; timeoutMs?: number; signal?: AbortSignal },
  ): Promise<Buffer> {
    const what = `Reading ${path} on ${this.label}`;
    return this.#inSession(what, { ...options, sent: false }, async (signal) => {
      const sftp = await this.#openChannel<SFTPWrapper>(what, signal, (callback) => this.#client.sftp(callback));
      try {
        return await readSftpFile(sftp, path, what, options.maxBytes);
      } finally {
        sftp.end();
      }
    });
  }

  onClose(listener: (error: TransportError | null) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#end(null);
    this.#client.end();
    // A peer that has stopped answering never confirms the end.
    this.#client.destroy();
  }

  /** Best effort on a connection that still stands; without one the script runs to its own end. */
  #killScript(pid: string | null): void {
    if (pid === null || this.#ended.signal.aborted) return;
    this.#client.exec(commandLine(killScript), (error, channel) => {
      if (error) return;
      channel.resume().stderr.resume();
      channel.end(`${pid}\n`);
    });
  }

  #lost(): TransportError {
    return new TransportError('lost', `The connection to ${this.label} was lost`, { cause: this.#lastError });
  }

  #end(error: TransportError | null): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort(error ?? new TransportError('aborted', `The connection to ${this.label} was closed`));
    if (error) this.#client.destroy();
    for (const socket of this.#sockets) socket.destroy();
    for (const listener of this.#listeners) listener(error);
    this.#listeners.clear();
  }

  /** Works until the deadline, the caller's signal or the end of the connection. */
  async #during<T>(
    what: string,
    options: { timeoutMs?: number; signal?: AbortSignal; sent: boolean },
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const ended = this.#ended.signal;
    const { timeoutMs = defaultMachineTimeoutMs, sent } = options;
    const signal = options.signal ? AbortSignal.any([options.signal, ended]) : ended;
    try {
      return await withDeadline(what, { timeoutMs, signal, sent }, work);
    } catch (error) {
      if (ended.aborted && !options.signal?.aborted) {
        const { code, message } = ended.reason as TransportError;
        throw new TransportError(code, `${what}: ${message}`, { cause: error, sent });
      }
      throw error;
    }
  }

  #inSession<T>(
    what: string,
    options: { timeoutMs?: number; signal?: AbortSignal; sent: boolean },
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return this.#during(what, options, (signal) => this.#sessions.hold(signal, () => work(signal)));
  }

  /** Opens a channel; one that opens after we have given up is closed at once. */
  #openChannel<C extends { destroy?: () => void; end: () => void }>(
    what: string,
    signal: AbortSignal,
    open: (callback: (error: Error | undefined, channel: C) => void) => void,
  ): Promise<C> {
    return new Promise((resolve, reject) => {
      try {
        open((error, channel) => {
          if (error) reject(channelError(what, error));
          else if (signal.aborted) channel.end();
          else resolve(channel);
        });
      } catch (error) {
        reject(channelError(what, error)); // ssh2 throws when its socket is gone already
      }
    });
  }
}
