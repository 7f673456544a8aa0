import type { ErrorCode } from '#server/contract/errors.ts';
import { ChannelError } from '#server/transport/libvirt-rpc/channel-error.ts';
import { LIBVIRT_ERROR_CODES as CODES, LibvirtError } from '#server/transport/libvirt-rpc/libvirt-error.ts';
import { TransportError, type TransportErrorCode } from '#server/transport/transport-error.ts';
import { DriverError } from '../driver.ts';

/** What is known of the verb that failed. */
interface Circumstances {
  /** For people, as in "Starting the VM". */
  doing: string;
  mayHaveChanged: boolean;
  wasCancelled: boolean;
}

interface Verdict {
  code: ErrorCode;
  retryable: boolean;
}

const LIBVIRT_VERDICTS: Record<number, Verdict> = {
  [CODES.noDomain]: { code: 'not_found', retryable: false },
  [CODES.noNetwork]: { code: 'host_unsuitable', retryable: false },
  [CODES.noStoragePool]: { code: 'host_unsuitable', retryable: false },
  [CODES.noStorageVolume]: { code: 'not_found', retryable: false },
  [CODES.domainExists]: { code: 'name_taken', retryable: false },
  [CODES.storageVolumeExists]: { code: 'conflict', retryable: false },
  [CODES.operationInvalid]: { code: 'state_conflict', retryable: false },
  [CODES.operationDenied]: { code: 'host_unsuitable', retryable: false },
  [CODES.authFailed]: { code: 'host_unsuitable', retryable: false },
  [CODES.accessDenied]: { code: 'host_unsuitable', retryable: false },
  [CODES.configUnsupported]: { code: 'host_unsuitable', retryable: false },
  [CODES.noConnect]: { code: 'engine_unavailable', retryable: true },
  [CODES.operationTimeout]: { code: 'timeout', retryable: true },
  [CODES.agentUnresponsive]: { code: 'timeout', retryable: true },
  [CODES.resourceBusy]: { code: 'in_use', retryable: true },
  [CODES.noMemory]: { code: 'driver_failed', retryable: true },
};

const TRANSPORT_VERDICTS: Record<TransportErrorCode, Verdict> = {
  unreachable: { code: 'host_unreachable', retryable: true },
  timeout: { code: 'host_unreachable', retryable: true },
  lost: { code: 'host_unreachable', retryable: true },
  auth_failed: { code: 'host_auth_failed', retryable: false },
  host_key_mismatch: { code: 'host_key_mismatch', retryable: false },
  machine_mismatch: { code: 'host_key_mismatch', retryable: false },
  weak_crypto: { code: 'host_unsuitable', retryable: false },
  forbidden: { code: 'host_unsuitable', retryable: false },
  refused: { code: 'engine_unavailable', retryable: true },
  not_found: { code: 'engine_unavailable', retryable: true },
  aborted: { code: 'engine_unavailable', retryable: true },
  too_large: { code: 'driver_failed', retryable: false },
  protocol: { code: 'engine_unavailable', retryable: true },
};

/** Translates whatever a verb failed with. A DriverError passes as it is. */
export function driverFailure(error: unknown, { doing, mayHaveChanged, wasCancelled }: Circumstances): DriverError {
  if (error instanceof DriverError) return error;
  const outcome = mayHaveChanged ? 'unknown' : 'not_done';
  const engineMessage = error instanceof Error ? error.message : String(error);
  const { code, retryable } = wasCancelled ? { code: 'cancelled' as const, retryable: false } : verdict(error);
  return new DriverError(code, `${doing} failed: ${engineMessage}`, {
    outcome,
    retryable,
    engineMessage,
    cause: error,
  });
}

function verdict(error: unknown): Verdict {
  if (error instanceof LibvirtError) return libvirtVerdict(error);
  if (error instanceof TransportError) return TRANSPORT_VERDICTS[error.code];
  if (error instanceof ChannelError) return channelVerdict(error);
  // Our own refusals: a name that cannot be written, a document that is not allowed.
  if (error instanceof TypeError) return { code: 'driver_failed', retryable: false };
  return { code: 'driver_failed', retryable: true };
}

function libvirtVerdict(error: LibvirtError): Verdict {
  // QEMU's tools and the kernel say this in libvirt's text only, under several codes.
  if (/No space left on device|Disk quota exceeded/.test(error.message)) {
    return { code: 'host_storage_full', retryable: false };
  }
  if (/already exists/.test(error.message)) return { code: 'name_taken', retryable: false };
  return LIBVIRT_VERDICTS[error.code] ?? { code: 'driver_failed', retryable: false };
}

function channelVerdict(error: ChannelError): Verdict {
  const transport = findCause(error);
  if (transport) return TRANSPORT_VERDICTS[transport.code];
  switch (error.kind) {
    case 'timeout':
    case 'aborted':
      // The caller did not cancel, so it was the deadline.
      return { code: 'timeout', retryable: true };
    case 'auth':
      return { code: 'host_unsuitable', retryable: false };
    case 'disconnected':
    case 'closed':
    case 'protocol':
      return { code: 'engine_unavailable', retryable: true };
  }
}

function findCause(error: Error): TransportError | null {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof TransportError) return cause;
  }
  return null;
}
