import type { ErrorCode } from '#server/contract/errors.ts';
import { DriverError } from '#server/drivers/driver.ts';
import { TransportError, type TransportErrorCode } from '#server/transport/transport-error.ts';

const codes: Record<TransportErrorCode, { code: ErrorCode; retryable: boolean }> = {
  unreachable: { code: 'host_unreachable', retryable: true },
  refused: { code: 'host_unreachable', retryable: true },
  lost: { code: 'host_unreachable', retryable: true },
  timeout: { code: 'host_unreachable', retryable: true },
  aborted: { code: 'cancelled', retryable: false },
  auth_failed: { code: 'host_auth_failed', retryable: false },
  host_key_mismatch: { code: 'host_key_mismatch', retryable: false },
  machine_mismatch: { code: 'host_key_mismatch', retryable: false },
  weak_crypto: { code: 'host_unsuitable', retryable: false },
  forbidden: { code: 'host_unsuitable', retryable: false },
  not_found: { code: 'host_unsuitable', retryable: false },
  too_large: { code: 'driver_failed', retryable: false },
  protocol: { code: 'driver_failed', retryable: false },
};

/** A failure of the machine itself, outside of any engine, in the words of drivers. */
export function transportFailure(error: unknown): DriverError {
  if (error instanceof DriverError) return error;
  if (!(error instanceof TransportError)) {
    return new DriverError('internal', 'Something unexpected happened.', { outcome: 'unknown', cause: error });
  }
  const { code, retryable } = codes[error.code];
  return new DriverError(code, `${error.message}.`, { outcome: 'not_done', retryable, cause: error });
}

/** The failure of the machine that stands behind an error of a driver, if one does. */
export function transportCause(error: unknown): TransportError | null {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof TransportError) return at;
  return null;
}
