import type { ErrorCode } from '#server/contract/errors.ts';
import { DockerError } from '#server/transport/docker-http/docker-error.ts';
import { TransportError, type TransportErrorCode } from '#server/transport/transport-error.ts';
import { DriverError } from '../driver.ts';

/** Silence, by its reason. What may pass by itself is retryable. */
const silence: Record<TransportErrorCode, { code: ErrorCode; retryable: boolean }> = {
  unreachable: { code: 'host_unreachable', retryable: true },
  refused: { code: 'engine_unavailable', retryable: true },
  not_found: { code: 'engine_unavailable', retryable: true },
  lost: { code: 'engine_unavailable', retryable: true },
  timeout: { code: 'timeout', retryable: true },
  aborted: { code: 'cancelled', retryable: false },
  auth_failed: { code: 'host_auth_failed', retryable: false },
  host_key_mismatch: { code: 'host_key_mismatch', retryable: false },
  machine_mismatch: { code: 'host_key_mismatch', retryable: false },
  weak_crypto: { code: 'host_unsuitable', retryable: false },
  forbidden: { code: 'host_unsuitable', retryable: false },
  too_large: { code: 'driver_failed', retryable: false },
  protocol: { code: 'driver_failed', retryable: false },
};

/** The daemon's words for what has a code of ours. Docker has no codes of its own below the HTTP status. */
const words: { pattern: RegExp; code: ErrorCode; message: string; retryable?: boolean }[] = [
  {
    pattern: /no space left on device|disk quota exceeded/i,
    code: 'host_storage_full',
    message: 'The disk of the host is full.',
  },
  {
    pattern: /port is already allocated|address already in use/i,
    code: 'port_taken',
    message: 'A port that it wants is taken on the host.',
  },
  {
    pattern: /no such image|manifest unknown|manifest for .* not found|pull access denied|repository .* not found/i,
    code: 'container_image_not_found',
    message: 'There is no such container image, or it may not be pulled.',
  },
  {
    pattern: /dial tcp|server misbehaving|TLS handshake|x509:|http: server gave HTTP response|no such host/i,
    code: 'container_image_not_found',
    message: 'The host cannot reach the registry of the image.',
    retryable: true,
  },
  {
    pattern: /non-overlapping IPv4 address pool|Pool overlaps/i,
    code: 'driver_failed',
    message: 'The host has no free subnet for another network: enlarge default-address-pools in its daemon.json.',
  },
];

/**
 * Tells a failure of Docker or of the way to it in our words. A daemon that answers 4xx has done nothing; 5xx may come
 * in the middle, as may silence after the request was sent.
 */
export function dockerFailure(what: string, error: unknown): DriverError {
  if (error instanceof DriverError) return error;
  if (error instanceof TransportError) {
    const { code, retryable } = silence[error.code];
    const outcome = error.sent ? 'unknown' : 'not_done';
    return new DriverError(code, `${what}: ${error.message}.`, { outcome, retryable, cause: error });
  }
  if (error instanceof DockerError) {
    const known = words.find(({ pattern }) => pattern.test(error.message));
    const { code, message, retryable = false } = known ?? byStatus(error);
    // These two are found out before anything is made, but Docker answers 500 to the first.
    const early = code === 'port_taken' || code === 'container_image_not_found';
    return new DriverError(code, `${what}: ${message}`, {
      outcome: error.status < 500 || early ? 'not_done' : 'unknown',
      retryable,
      engineMessage: error.message,
      cause: error,
    });
  }
  return new DriverError('internal', `${what}: something unexpected happened.`, { outcome: 'unknown', cause: error });
}

function byStatus(error: DockerError): { code: ErrorCode; message: string; retryable?: boolean } {
  if (error.status === 404) return { code: 'not_found', message: 'Docker does not know it.' };
  if (error.status === 409) return { code: 'state_conflict', message: error.message };
  if (error.status === 503) return { code: 'engine_unavailable', message: error.message, retryable: true };
  return { code: 'driver_failed', message: error.message };
}
