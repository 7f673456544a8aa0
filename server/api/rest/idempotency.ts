import { sha256 } from '#server/platform/hash.ts';

/**
 * What makes two requests the same: method, path with query, and the bytes of the body. `wait` is left out: it changes when the
 * answer comes and not what is done.
 */
export function requestHash(method: string, url: URL, bodyText: string): Uint8Array<ArrayBuffer> {
  const search = new URLSearchParams(url.search);
  search.delete('wait');
  search.sort();
  return sha256(JSON.stringify([method, url.pathname, search.toString(), bodyText]));
}
