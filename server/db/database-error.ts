import { AtollError } from '#server/contract/errors.ts';
import { Prisma } from './generated/client.ts';

/** Prisma's codes for a database that cannot be reached, closed the connection, or has no connection to give. */
const unavailableCodes = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2037']);

/** Node's codes for a socket that broke or could not be opened. */
const socketCodes = new Set([
  'EPIPE',
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'ETIMEDOUT',
  'ENOENT',
  'ENOTFOUND',
]);

/** The same as kinds of Prisma's driver adapters, where a raw query carries no code. */
const unavailableKinds = new Set(['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout', 'TooManyConnections']);

/** admin_shutdown, crash_shutdown, cannot_connect_now, idle_in_transaction_session_timeout; class 08 is added below. */
const cutStates = new Set(['57P01', '57P02', '57P03', '25P03']);

/** query_canceled (statement_timeout), lock_not_available (lock_timeout); class 53, which is no room, is added below. */
const busyStates = new Set(['57014', '55P03']);

/** Messages of pg, pg-pool and Node (a Unix socket that is not there) which have no code of their own for it. */
const unavailableMessages =
  /^(timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|connect ENOENT)/;

/** serialization_failure and deadlock_detected. */
const retryableStates = new Set(['40001', '40P01']);

/** The error and what lies behind it, wherever Prisma and its adapter put it. */
function* chain(error: unknown): Generator<object> {
  for (let at = error, depth = 0; at instanceof Object && depth < 6; depth++) {
    yield at;
    const adapterError = at instanceof Prisma.PrismaClientKnownRequestError ? at.meta?.driverAdapterError : undefined;
    at = adapterError ?? ('cause' in at ? at.cause : undefined);
  }
}

/** SQLSTATE of a failure; null when PostgreSQL said nothing. */
export function sqlState(error: unknown): string | null {
  for (const at of chain(error))
    if ('originalCode' in at && typeof at.originalCode === 'string') return at.originalCode;
  return null;
}

/** Whether the same transaction may succeed when it is simply run again. */
export function isRetryable(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2034') return true;
  return retryableStates.has(sqlState(error) ?? '');
}

/** Whether PostgreSQL could not be reached, or cut the connection. */
export function isConnectionFailure(error: unknown): boolean {
  const state = sqlState(error) ?? '';
  if (state.startsWith('08') || cutStates.has(state)) return true;
  for (const at of chain(error)) {
    if ('code' in at && typeof at.code === 'string' && (unavailableCodes.has(at.code) || socketCodes.has(at.code)))
      return true;
    if ('kind' in at && typeof at.kind === 'string' && unavailableKinds.has(at.kind)) return true;
    if (at instanceof Error && unavailableMessages.test(at.message)) return true;
  }
  return false;
}

/** {@link isConnectionFailure}, or it is there but has no room or no time for us: full disk, connections used up, a lock held long. */
export function isUnavailable(error: unknown): boolean {
  const state = sqlState(error) ?? '';
  return state.startsWith('53') || busyStates.has(state) || isConnectionFailure(error);
}

/** The failure as AtollError `unavailable` where {@link isUnavailable}, otherwise as it is. */
export function asUnavailable(error: unknown): unknown {
  if (error instanceof AtollError || !isUnavailable(error)) return error;
  return new AtollError('unavailable', undefined, { cause: error, retryAfterSeconds: 2 });
}

/** Whether a row of this key is there already. `index` narrows it to one unique index or constraint. */
export function isUniqueViolation(error: unknown, index?: string): boolean {
  const known = error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
  if (!known && sqlState(error) !== '23505') return false;
  return index === undefined || violatedIndex(error) === index;
}

/** Name of the unique index of a 23505, read from PostgreSQL's message; null when unknown. */
function violatedIndex(error: unknown): string | null {
  for (const at of chain(error)) {
    const message = 'originalMessage' in at ? at.originalMessage : 'message' in at ? at.message : null;
    const found = typeof message === 'string' ? /unique constraint "([^"]+)"/.exec(message) : null;
    if (found?.[1]) return found[1];
  }
  return null;
}
