import { AtollError } from '#server/contract/errors.ts';

/** Throws precondition_failed unless the row is at the version that the caller has read (If-Match); undefined accepts any. */
export function requireVersion(actual: number, expected: number | undefined): void {
  if (expected !== undefined && expected !== actual)
    throw new AtollError('precondition_failed', `It is at version ${actual} now.`, { params: { version: actual } });
}
