import { TransportError, type TransportErrorCode } from '../transport-error.ts';

const bySystemCode: Record<string, TransportErrorCode> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENOTFOUND: 'unreachable',
  EAI_AGAIN: 'unreachable',
  ETIMEDOUT: 'unreachable',
};

/** What ssh2 says when a connection could not be made: its `level` tells the phase, a system code the reason. */
export function connectError(label: string, error: unknown): TransportError {
  if (error instanceof TransportError) return error;
  const { level, code, message = 'closed' } = (error ?? {}) as { level?: string; code?: string; message?: string };
  const failed = (as: TransportErrorCode, text: string) => new TransportError(as, text, { cause: error, sent: false });

  if (level === 'client-authentication') return failed('auth_failed', `${label} refused the sign-in`);
  if (level === 'client-timeout') return failed('timeout', `${label} did not finish the SSH handshake in time`);
  if (/no matching/i.test(message))
    return failed('weak_crypto', `${label} offers no algorithm that is safe: ${message}`);
  if (/connection lost before handshake/i.test(message)) return failed('unreachable', `${label}: ${message}`);
  if (level === 'handshake' || level === 'protocol') return failed('protocol', `${label}: ${message}`);
  return failed(bySystemCode[code ?? ''] ?? 'unreachable', `${label}: ${message}`);
}

/** Reasons of SSH_MSG_CHANNEL_OPEN_FAILURE (RFC 4254 §5.1). */
const openRefused: Record<number, TransportErrorCode> = { 1: 'forbidden', 2: 'refused' };

/** What ssh2 says when a channel could not be opened on a connection that stands. */
export function channelError(what: string, error: unknown): TransportError {
  if (error instanceof TransportError) return error;
  const { reason, message = 'closed' } = (error ?? {}) as { reason?: number; message?: string };
  return new TransportError(openRefused[reason ?? 0] ?? 'lost', `${what}: ${message}`, { cause: error, sent: false });
}

/** Status codes of SFTP (draft-ietf-secsh-filexfer-02 §7) that mean something to us. */
const sftpStatus: Record<number, TransportErrorCode> = { 2: 'not_found', 3: 'forbidden' };

export function sftpError(what: string, error: unknown): TransportError {
  if (error instanceof TransportError) return error;
  const { code, message = 'closed' } = (error ?? {}) as { code?: number; message?: string };
  return new TransportError(sftpStatus[code ?? 0] ?? 'lost', `${what}: ${message}`, { cause: error, sent: false });
}
