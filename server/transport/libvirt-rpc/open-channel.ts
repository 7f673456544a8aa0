import type { Duplex } from 'node:stream';
import { ChannelError } from './channel-error.ts';
import type { KeepaliveOptions } from './keepalive.ts';
import { RpcChannel } from './rpc-channel.ts';

/** A fresh byte stream to libvirtd's socket. It should give up when the signal fires. */
export type OpenSocket = (options: { signal: AbortSignal }) => Promise<Duplex>;

interface OpenChannelOptions {
  openSocket: OpenSocket;
  /** For example `qemu:///system` or `test:///default`. */
  uri: string;
  readOnly?: boolean;
  keepalive?: KeepaliveOptions;
  /** Milliseconds for all of it: socket, authentication, opening. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** The design's deadline for connecting to a host. */
const CONNECT_TIMEOUT_MS = 5_000;
/** virDrvFeature: program keepalive. */
const FEATURE_KEEPALIVE = 10;
/** remote_auth_type. */
const AUTH_NONE = 0;
const AUTH_POLKIT = 2;
/** virConnectFlags. */
const CONNECT_READ_ONLY = 1;

/** Opens an RPC channel: authenticates, agrees on keepalive, opens `uri`. Rejects with LibvirtError or ChannelError. */
export async function openChannel(options: OpenChannelOptions): Promise<RpcChannel> {
  const timeoutMs = options.timeoutMs ?? CONNECT_TIMEOUT_MS;
  const deadline = AbortSignal.timeout(timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
  const channel = new RpcChannel(await openSocketInTime(options.openSocket, signal), options.keepalive);
  try {
    await authenticate(channel, signal);
    const keepalive = await channel.call('connectSupportsFeature', { feature: FEATURE_KEEPALIVE }, { signal });
    if (keepalive.supported !== 0) channel.startKeepalive();
    await channel.call(
      'connectOpen',
      { uri: options.uri, flags: options.readOnly ? CONNECT_READ_ONLY : 0 },
      { signal },
    );
    return channel;
  } catch (error) {
    channel.destroy(new ChannelError('closed', 'the connection could not be opened', { cause: error }));
    throw asTimeout(error, deadline, options.signal);
  }
}

/** Settles when the signal fires, even if the opener does not; a socket that comes too late is destroyed. */
function openSocketInTime(openSocket: OpenSocket, signal: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(giveUp(signal));
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    openSocket({ signal }).then(
      (socket) => {
        signal.removeEventListener('abort', onAbort);
        if (signal.aborted) socket.destroy();
        else resolve(socket);
      },
      (cause: unknown) => {
        signal.removeEventListener('abort', onAbort);
        const message = cause instanceof Error ? cause.message : String(cause);
        reject(signal.aborted ? giveUp(signal) : new ChannelError('disconnected', message, { cause }));
      },
    );
  });
}

function giveUp(signal: AbortSignal): ChannelError {
  const cause: unknown = signal.reason;
  const timedOut = cause instanceof DOMException && cause.name === 'TimeoutError';
  if (timedOut) return new ChannelError('timeout', 'libvirtd could not be reached in time', { cause });
  return new ChannelError('aborted', 'connecting to libvirtd was cancelled', { cause });
}

/** Our own deadline aborts the calls of the opening; to the caller that is a timeout. */
function asTimeout(error: unknown, deadline: AbortSignal, signal: AbortSignal | undefined): unknown {
  if (!(error instanceof ChannelError) || error.kind !== 'aborted') return error;
  return deadline.aborted && !signal?.aborted ? giveUp(deadline) : error;
}

async function authenticate(channel: RpcChannel, signal: AbortSignal): Promise<void> {
  const { types } = await channel.call('authList', {}, { signal });
  if (types.includes(AUTH_NONE)) return;
  if (!types.includes(AUTH_POLKIT)) {
    throw new ChannelError('auth', `libvirtd wants an authentication that is not supported (${types.join(', ')})`);
  }
  await channel.call('authPolkit', {}, { signal });
}
