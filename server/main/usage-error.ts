/** Somebody typed something that cannot be meant. The message says what to type; no stack is shown. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** {@link UsageError}, or one with `code` ERR_PARSE_ARGS_…, which node's parseArgs throws. */
export function isUsageError(error: unknown): error is Error {
  if (error instanceof UsageError) return true;
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_');
}
