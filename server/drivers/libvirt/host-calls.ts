import { type Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { LibvirtConnection } from '#server/transport/libvirt-rpc/libvirt-connection.ts';
import { LibvirtError } from '#server/transport/libvirt-rpc/libvirt-error.ts';
import type { ProcedureName } from '#server/transport/libvirt-rpc/procedure.ts';
import {
  type Domain,
  PROCEDURES,
  type Procedures,
  type StorageVolume,
} from '#server/transport/libvirt-rpc/protocol.gen.ts';
import type { RpcChannel } from '#server/transport/libvirt-rpc/rpc-channel.ts';
import type { CallOptions } from '../driver.ts';

/**
 * The calls of one verb of the driver: they share its deadline and its signal, and it is known whether any of them may
 * have changed something, so that a failure can say `not_done` or `unknown` truly.
 */
export class HostCalls {
  /** libvirt's test driver has no streams and only domains of its own type. */
  readonly isTestDriver: boolean;
  /** Fires at the deadline too. */
  readonly signal: AbortSignal;
  readonly #connection: LibvirtConnection;
  readonly #callerSignal: AbortSignal;
  readonly #deadline: number;
  #mayHaveChanged = false;

  constructor(connection: LibvirtConnection, uri: string, { signal, timeoutMs }: CallOptions) {
    this.isTestDriver = uri.startsWith('test:');
    this.signal = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    this.#connection = connection;
    this.#callerSignal = signal;
    this.#deadline = performance.now() + timeoutMs;
  }

  get mayHaveChanged(): boolean {
    return this.#mayHaveChanged;
  }

  get wasCancelled(): boolean {
    return this.#callerSignal.aborted;
  }

  /** `slow` for what waits for QEMU, a disk or a guest agent: it must not hold up the queries. */
  async call<Name extends ProcedureName>(
    name: Name,
    args: Procedures[Name]['args'],
    channel: 'control' | 'slow' = 'control',
  ): Promise<Procedures[Name]['result']> {
    const timeoutMs = Math.max(1, Math.ceil(this.#deadline - performance.now()));
    return this.#noting(PROCEDURES[name].readOnly, () =>
      this.#connection.call(name, args, { channel, timeoutMs, signal: this.signal }),
    );
  }

  /** Writes `source` into a volume from its beginning; resolves when the host has all of it. */
  async upload(vol: StorageVolume, source: AsyncIterable<Uint8Array>): Promise<void> {
    await this.#noting(false, async () => {
      const whole = { vol, offset: 0n, length: 0n, flags: 0 };
      const { stream } = await this.#connection.openStream('storageVolUpload', whole, { signal: this.signal });
      await pipeline(Readable.from(source), stream);
    });
  }

  /** The serial console of a domain, on a channel of its own that ends with it. The deadline is for the opening only. */
  async openConsole(dom: Domain, flags: number): Promise<Duplex> {
    return this.#opened((signal) =>
      this.#connection.openStream('domainOpenConsole', { dom, dev: null, flags }, { signal }),
    );
  }

  /** The bytes of a volume from an offset on. Ends early when `stop` fires. */
  async download(vol: StorageVolume, offset: bigint, stop: AbortSignal): Promise<AsyncIterable<Buffer>> {
    const part = { vol, offset, length: 0n, flags: 0 };
    const stream = await this.#opened((signal) => this.#connection.openStream('storageVolDownload', part, { signal }));
    const end = () => stream.destroy();
    stop.addEventListener('abort', end, { once: true });
    stream.once('close', () => stop.removeEventListener('abort', end));
    if (stop.aborted) end();
    return untilStopped(stream, stop);
  }

  /** The signal of these calls destroys what it opened: afterwards the stream lives on without it. */
  async #opened(open: (signal: AbortSignal) => Promise<{ stream: Duplex }>): Promise<Duplex> {
    const opening = new AbortController();
    const giveUp = () => opening.abort(this.signal.reason);
    if (this.signal.aborted) giveUp();
    this.signal.addEventListener('abort', giveUp, { once: true });
    try {
      return (await open(opening.signal)).stream;
    } finally {
      this.signal.removeEventListener('abort', giveUp);
    }
  }

  /** Lends a channel of its own, for what must die with it. */
  async withChannel<T>(use: (channel: RpcChannel) => Promise<T>): Promise<T> {
    return this.#noting(false, () => this.#connection.withChannel(use, this.signal));
  }

  async #noting<T>(readOnly: boolean, act: () => Promise<T>): Promise<T> {
    try {
      const result = await act();
      if (!readOnly) this.#mayHaveChanged = true;
      return result;
    } catch (error) {
      // A refusal changed nothing. No answer to a call that was sent may mean anything.
      const notSent = error instanceof Error && 'sent' in error && error.sent === false;
      if (!readOnly && !notSent && !(error instanceof LibvirtError)) this.#mayHaveChanged = true;
      throw error;
    }
  }
}

async function* untilStopped(stream: Duplex, stop: AbortSignal): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}

/** What `act` gives, or null when libvirt answers with one of `codes`, such as "no such domain". */
export async function orNull<T>(codes: readonly number[], act: Promise<T>): Promise<T | null> {
  try {
    return await act;
  } catch (error) {
    if (error instanceof LibvirtError && codes.includes(error.code)) return null;
    throw error;
  }
}
