/**
 * Why a machine, or a daemon on it, could not be used.
 *
 * - `unreachable`: no route, no such name, or the connection broke before it stood
 * - `refused`: the machine is there, but nothing listens on that port or socket
 * - `auth_failed`: the server accepts neither our key nor our password, or we do not accept its certificate
 * - `host_key_mismatch`: the server is not the one whose key was pinned; nothing was sent to it
 * - `machine_mismatch`: the server has the pinned key and is another machine all the same
 * - `weak_crypto`: the server offers only algorithms that we do not speak
 * - `forbidden`: signed in, but this socket, file or forwarding is not allowed to us
 * - `not_found`: there is no such file or socket on the machine
 * - `timeout`: the deadline of the call passed
 * - `lost`: the connection broke while it was in use
 * - `aborted`: the caller's signal asked us to stop, or the connection was closed by ourselves
 * - `too_large`: the answer is larger than the caller allowed
 * - `protocol`: the other side said something that makes no sense
 */
export type TransportErrorCode =
  | 'unreachable'
  | 'refused'
  | 'auth_failed'
  | 'host_key_mismatch'
  | 'machine_mismatch'
  | 'weak_crypto'
  | 'forbidden'
  | 'not_found'
  | 'timeout'
  | 'lost'
  | 'aborted'
  | 'too_large'
  | 'protocol';

interface TransportErrorOptions {
  cause?: unknown;
  /** Only with `host_key_mismatch` and `machine_mismatch`: what the server showed, as SHA256:… */
  offeredFingerprint?: string;
  /** Default: true for the codes that can strike after something was sent. */
  sent?: boolean;
}

const afterSending: readonly TransportErrorCode[] = ['timeout', 'lost', 'aborted', 'too_large', 'protocol'];

/** The one error of machines. `sent` says whether the other side may have acted on the call that failed. */
export class TransportError extends Error {
  readonly code: TransportErrorCode;
  readonly offeredFingerprint: string | null;
  readonly sent: boolean;

  constructor(code: TransportErrorCode, message: string, options: TransportErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'TransportError';
    this.code = code;
    this.offeredFingerprint = options.offeredFingerprint ?? null;
    this.sent = options.sent ?? afterSending.includes(code);
  }
}
