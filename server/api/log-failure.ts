import type { AtollError } from '#server/contract/errors.ts';
import type { Log } from '#server/platform/log.ts';

/** What clients are not told goes to the log, under the request id that they were told. */
export function logFailure(log: Log, requestId: string, error: AtollError): void {
  if (error.spec.http >= 500) log.error({ err: error, requestId }, 'request failed');
  else if (error.options.detail !== undefined) log.info({ err: error, requestId }, 'request refused');
}
