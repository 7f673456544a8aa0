import type { Duplex } from 'node:stream';
import type { ConstantScript } from './constant-script.ts';
import type { TransportError } from './transport-error.ts';

/**
 * One machine that we can reach: this one, or another over one kept SSH connection. It carries bytes and knows nothing
 * of what they mean. Every method rejects with a {@link TransportError}.
 */
export interface Machine {
  /** For messages and logs: `local`, or `root@192.0.2.7:22`. */
  readonly label: string;

  /**
   * A byte stream to a daemon's unix socket on that machine. It is closed for good once its `close` event fires, which
   * follows the peer's end of stream and the loss of the connection; it never stays half-open.
   *
   * @throws TransportError `refused` or `not_found` (no such daemon), `forbidden`, `timeout`, `lost`, `aborted`.
   */
  openUnixSocket(path: string, options?: { signal?: AbortSignal; timeoutMs?: number }): Promise<Duplex>;

  /**
   * Runs a constant script with /bin/sh. A script that ends with another code than 0 is an answer, not an error; one
   * that is killed by a signal has code 128 + the signal's number. When the call is given up the script is killed.
   *
   * @throws TransportError `timeout`, `aborted`, `lost`, `too_large`.
   */
  runScript(script: ConstantScript, options: RunScriptOptions): Promise<ScriptResult>;

  /** The bytes of a regular file. @throws TransportError `not_found`, `forbidden`, `too_large`, `timeout`, `lost`. */
  readFile(path: string, options: { maxBytes: number; timeoutMs?: number; signal?: AbortSignal }): Promise<Buffer>;

  /** Calls back once, when this machine can no longer be used; null when that was our own wish. Returns a canceller. */
  onClose(listener: (error: TransportError | null) => void): () => void;

  /** Closes the connection and every stream over it. May be called again. */
  close(): void;
}

export interface RunScriptOptions {
  stdin?: string | Uint8Array;
  timeoutMs: number;
  signal?: AbortSignal;
  /** Of stdout and stderr each; default 1 MiB. */
  maxOutputBytes?: number;
}

export interface ScriptResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Deadline of opening a socket or reading a small file, unless told otherwise. */
export const defaultMachineTimeoutMs = 15_000;

/** How much a script may print, unless told otherwise. */
export const defaultMaxOutputBytes = 1024 * 1024;
