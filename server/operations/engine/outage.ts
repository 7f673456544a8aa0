import { AtollError } from '#server/contract/errors.ts';
import { isUnavailable } from '#server/db/database-error.ts';

/**
 * Whether PostgreSQL, not the work, is what failed (F3, F4): the same write is worth repeating when it is back. Every query
 * says so by `unavailable` (db/client.ts); a socket that broke elsewhere does not.
 */
export const isOutage = (error: unknown): boolean =>
  error instanceof AtollError && error.code === 'unavailable' && isUnavailable(error.cause);
