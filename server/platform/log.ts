import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { AtollError } from '#server/contract/errors.ts';
import { Secret } from './secret.ts';

export type Log = Logger;

export interface LogOptions {
  /** Which process writes: web, worker, start… */
  process: string;
  level?: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Default: standard output. */
  destination?: DestinationStream;
}

/**
 * A log of JSON lines (one per entry, control characters escaped by JSON). Secrets are masked by their type, at any
 * depth; errors are written with code, detail for logs and causes.
 */
export function createLog(options: LogOptions): Log {
  return pino(
    {
      level: options.level ?? 'info',
      base: { process: options.process },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: (entry) => withErrors(entry) },
      serializers: { err: (error: unknown) => error, error: (error: unknown) => error },
    },
    options.destination ?? pino.destination({ fd: 1, sync: true }),
  );
}

function withErrors(entry: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(entry).map(([key, value]) => [key, value instanceof Error ? errorRecord(value, 0) : value]),
  );
}

/** Members of an error that are worth a line in the log. Other members are left out: they may hold anything. */
function errorRecord(error: Error, depth: number): Record<string, unknown> {
  const record: Record<string, unknown> = { type: error.name, message: error.message, stack: error.stack };
  if (error instanceof AtollError) {
    record.code = error.code;
    if (error.options.detail) record.detail = error.options.detail;
  } else if ('code' in error && !(error.code instanceof Secret)) record.code = error.code;
  if (error.cause instanceof Error && depth < 5) record.cause = errorRecord(error.cause, depth + 1);
  return record;
}
