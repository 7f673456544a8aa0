import { EventEmitter } from 'node:events';
import { type BackoffOptions, backoffMs, DEFAULT_BACKOFF } from './backoff.ts';
import type { CallOptions } from './call-queue.ts';
import { ChannelError } from './channel-error.ts';
import type { KeepaliveOptions } from './keepalive.ts';
import { LIBVIRT_ERROR_CODES, LibvirtError } from './libvirt-error.ts';
import { type OpenSocket, openChannel } from './open-channel.ts';
import type { EventName, LibvirtEvent, ProcedureName, StreamProcedureName } from './procedure.ts';
import type { Procedures } from './protocol.gen.ts';
import type { RpcChannel } from './rpc-channel.ts';
import type { RpcStream } from './rpc-stream.ts';
import { subscribe } from './subscribe.ts';

interface LibvirtConnectionOptions {
  openSocket: OpenSocket;
  /** For example `qemu:///system`. */
  uri: string;
  /** Subscribed to on every (re)connection, before `connected` is said. */
  events?: readonly EventName[];
  keepalive?: KeepaliveOptions;
  backoff?: BackoffOptions;
}

interface ConnectionCallOptions extends CallOptions {
  /** `control` for queries; `slow` for what may hang behind a guest agent, QEMU or a disk. */
  channel?: 'control' | 'slow';
}

/** A connection that lived this long was a good one: the next attempt begins without a penalty. */
const GOOD_CONNECTION_MS = 10_000;

/**
 * libvirtd on one host: a control channel that is kept open and carries the events, a slow channel when it is needed,
 * and one channel for each stream or job, so that none of them can block another.
 *
 * It emits `connected` each time the control channel is up and subscribed. Events before that are lost: list again.
 * It emits `disconnected` each time it goes down, and `attemptFailed` when it cannot be brought up. It never gives up.
 */
export class LibvirtConnection extends EventEmitter<{
  connected: [];
  disconnected: [ChannelError];
  attemptFailed: [Error];
  event: [LibvirtEvent];
}> {
  readonly #options: LibvirtConnectionOptions;
  readonly #closing = new AbortController();
  readonly #channels = new Set<RpcChannel>();
  #attempt: Promise<RpcChannel> | null = null;
  #slow: Promise<RpcChannel> | null = null;
  #lastError: Error | null = null;
  #loop: Promise<void> | null = null;
  #endPause: () => void = () => undefined;

  constructor(options: LibvirtConnectionOptions) {
    super();
    this.#options = options;
  }

  /**
   * Begins to connect, and to stay connected; later, tries at once where it would wait. Resolves or rejects with this
   * attempt; the next ones go on anyway.
   */
  async connect(): Promise<void> {
    this.#loop ??= this.#stayConnected();
    this.#attempt ??= this.#openControl();
    this.#endPause();
    await this.#attempt;
  }

  /** One call. Fails at once, with ChannelError `disconnected`, while there is no connection. */
  async call<Name extends ProcedureName>(
    name: Name,
    args: Procedures[Name]['args'],
    options: ConnectionCallOptions = {},
  ): Promise<Procedures[Name]['result']> {
    const started = performance.now();
    const wanted = options.channel === 'slow' ? this.#slowChannel() : this.#controlChannel();
    const channel = await inTime(wanted, name, options);
    const timeoutMs = options.timeoutMs && Math.max(1, options.timeoutMs - (performance.now() - started));
    return channel.call(name, args, { ...options, timeoutMs });
  }

  /** A stream on a channel of its own, which is closed with the stream. */
  async openStream<Name extends StreamProcedureName>(
    name: Name,
    args: Procedures[Name]['args'],
    options: CallOptions = {},
  ): Promise<{ result: Procedures[Name]['result']; stream: RpcStream }> {
    const channel = await this.#openChannel(options.signal);
    try {
      const opened = await channel.openStream(name, args, options);
      opened.stream.once('close', () => void channel.close());
      return opened;
    } catch (error) {
      await channel.close();
      throw error;
    }
  }

  /** Lends a channel of its own to a long job; giving up the job closes the channel under its calls. */
  async withChannel<T>(use: (channel: RpcChannel) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const channel = await this.#openChannel(signal);
    try {
      return await use(channel);
    } finally {
      await channel.close();
    }
  }

  /** Closes every channel and stops reconnecting. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#endPause();
    await Promise.all([...this.#channels].map((channel) => channel.close()));
    await this.#loop;
  }

  async #controlChannel(): Promise<RpcChannel> {
    if (!this.#attempt) throw this.#unreachable();
    return this.#attempt;
  }

  async #slowChannel(): Promise<RpcChannel> {
    // Not before the control channel is there: a daemon that is away shall be asked by the loop only.
    await this.#controlChannel();
    this.#slow ??= this.#openSlow();
    return this.#slow;
  }

  async #openSlow(): Promise<RpcChannel> {
    try {
      const channel = await this.#openChannel();
      void channel.closed.then(() => {
        this.#slow = null;
      });
      return channel;
    } catch (error) {
      this.#slow = null;
      throw error;
    }
  }

  async #openChannel(signal?: AbortSignal): Promise<RpcChannel> {
    const closing = this.#closing.signal;
    const { openSocket, uri, keepalive } = this.#options;
    const either = signal ? AbortSignal.any([signal, closing]) : closing;
    const channel = await openChannel({ openSocket, uri, keepalive, signal: either });
    this.#channels.add(channel);
    void channel.closed.then(() => this.#channels.delete(channel));
    return channel;
  }

  async #openControl(): Promise<RpcChannel> {
    const channel = await this.#openChannel();
    channel.on('event', (event) => this.emit('event', event));
    try {
      for (const name of this.#options.events ?? []) await subscribeWhereKnown(channel, name);
    } catch (error) {
      channel.destroy(new ChannelError('closed', 'events could not be subscribed to', { cause: error }));
      throw error;
    }
    return channel;
  }

  async #stayConnected(): Promise<void> {
    let failures = 0;
    while (!this.#closing.signal.aborted) {
      const channel = await this.#tryToConnect();
      if (channel) {
        const lived = await this.#serve(channel);
        failures = lived > GOOD_CONNECTION_MS ? 0 : failures + 1;
      } else {
        failures += 1;
      }
      await this.#pause(backoffMs(failures, this.#options.backoff ?? DEFAULT_BACKOFF));
    }
  }

  async #tryToConnect(): Promise<RpcChannel | null> {
    try {
      this.#attempt ??= this.#openControl();
      return await this.#attempt;
    } catch (error) {
      this.#attempt = null;
      this.#lastError = error as Error;
      this.emit('attemptFailed', error as Error);
      return null;
    }
  }

  async #pause(waitMs: number): Promise<void> {
    if (this.#attempt || this.#closing.signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, waitMs);
    this.#endPause = resolve;
    await promise;
    clearTimeout(timer);
  }

  /** Until the control channel is gone. Returns the milliseconds that it lived. */
  async #serve(channel: RpcChannel): Promise<number> {
    const started = performance.now();
    this.emit('connected');
    const reason = await channel.closed;
    this.#attempt = null;
    this.#lastError = reason;
    this.emit('disconnected', reason);
    return performance.now() - started;
  }

  #unreachable(): ChannelError {
    const cause = this.#lastError;
    return new ChannelError('disconnected', cause?.message ?? 'libvirtd is not connected', { cause });
  }
}

/** A driver without an event of this kind (LXC, a modular daemon without storage) is followed without it. */
async function subscribeWhereKnown(channel: RpcChannel, name: EventName): Promise<void> {
  try {
    await subscribe(channel, name);
  } catch (error) {
    if (!(error instanceof LibvirtError) || error.code !== LIBVIRT_ERROR_CODES.noSupport) throw error;
  }
}

/** The deadline and the signal of a call hold while its channel is still being opened. */
function inTime(opening: Promise<RpcChannel>, name: string, { timeoutMs, signal }: CallOptions): Promise<RpcChannel> {
  if (timeoutMs === undefined && !signal) return opening;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(new ChannelError('aborted', `${name} was cancelled`, { cause: signal?.reason }));
    const onTimeout = () => reject(new ChannelError('timeout', `${name}: libvirtd was not reached in time`));
    const timer = timeoutMs === undefined ? undefined : setTimeout(onTimeout, timeoutMs);
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    opening.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    });
  });
}
