import { TransportError, type TransportErrorCode } from '../transport-error.ts';

const beforeSending: Record<string, TransportErrorCode> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENOTFOUND: 'unreachable',
  EAI_AGAIN: 'unreachable',
  ETIMEDOUT: 'unreachable',
};

/** OpenSSL's and Node's codes for a certificate that one side does not accept (nodejs.org/api/errors.html, openssl-verify). */
const certificate = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS_|ERR_SSL_/;

/** What node:http says when a request got no whole answer. */
export function httpError(what: string, error: unknown): TransportError {
  if (error instanceof TransportError) return error;
  const { code = '', message = 'closed' } = (error ?? {}) as NodeJS.ErrnoException;
  const text = `${what}: ${message}`;
  const known = beforeSending[code];
  if (known) return new TransportError(known, text, { cause: error, sent: false });
  // A daemon that refuses our certificate says so after the handshake, but before it looks at any request.
  if (certificate.test(code)) return new TransportError('auth_failed', text, { cause: error, sent: false });
  if (code.startsWith('HPE_')) return new TransportError('protocol', text, { cause: error });
  return new TransportError('lost', text, { cause: error });
}
