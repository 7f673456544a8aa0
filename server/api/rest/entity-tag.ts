import type { RestRoute } from '#server/contract/endpoint.ts';
import { AtollError } from '#server/contract/errors.ts';

/** ETag of an answer that carries a version (AIP-154); null for what has none. */
export function entityTagOf(output: unknown): string | null {
  return output instanceof Object && 'version' in output && typeof output.version === 'number'
    ? `"${output.version}"`
    : null;
}

/**
 * The version that the caller expects (If-Match); undefined accepts any. Throws `precondition_required` where a protected kind
 * is changed without it, `precondition_failed` for a tag that cannot be one of ours.
 */
export function expectedVersion(headers: Headers, route: RestRoute): number | undefined {
  const header = headers.get('if-match')?.trim();
  if (header === undefined || header === '') {
    if (route.etag === 'required') throw new AtollError('precondition_required');
    return undefined;
  }
  if (header === '*') return undefined;
  const version = /^"(\d{1,9})"$/.exec(header)?.[1];
  if (version === undefined) throw new AtollError('precondition_failed', 'If-Match is no ETag of this resource.');
  return Number(version);
}
