export type ChannelErrorKind =
  /** No connection to the daemon, and none was made. */
  | 'disconnected'
  /** The connection was lost or closed under the call. */
  | 'closed'
  /** The call's deadline passed. */
  | 'timeout'
  /** The caller's AbortSignal fired. */
  | 'aborted'
  /** The peer broke the protocol; `cause` says how. */
  | 'protocol'
  /** The daemon wants an authentication that this client does not speak. */
  | 'auth';

/** A call that got no answer. `sent` tells whether the daemon may have acted on it. */
export class ChannelError extends Error {
  override readonly name = 'ChannelError';
  readonly kind: ChannelErrorKind;
  readonly sent: boolean;

  constructor(kind: ChannelErrorKind, message: string, options: { sent?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.sent = options.sent ?? false;
  }
}
