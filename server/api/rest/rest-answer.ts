import type { RestRoute } from '#server/contract/endpoint.ts';
import { entityTagOf } from './entity-tag.ts';

/** A successful answer before it becomes HTTP: plain data, so that it can be kept for an Idempotency-Key. */
export interface RestAnswer {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/** The answer of a procedure to its rendered output: status of its route, Location of its operation, ETag of its version. */
export function answerOf(route: Pick<RestRoute, 'status' | 'etag'>, body: unknown): RestAnswer {
  const status = route.status ?? 200;
  const headers: Record<string, string> = {};
  const tag = entityTagOf(body);
  if (tag && route.etag) headers.etag = tag;
  const operation = operationOf(body);
  if (status === 202 && operation) headers.location = `/api/v1/operations/${operation.id}`;
  return { status, headers, body };
}

/** The operation that an answer carries, or is. */
export function operationOf(body: unknown): { id: string; done: boolean } | null {
  const carried = body instanceof Object && 'operation' in body ? body.operation : body;
  return carried instanceof Object &&
    'id' in carried &&
    typeof carried.id === 'string' &&
    'done' in carried &&
    typeof carried.done === 'boolean'
    ? { id: carried.id, done: carried.done }
    : null;
}

export function toResponse(answer: RestAnswer, options: { head: boolean; replayed: boolean }): Response {
  const headers = new Headers(answer.headers);
  headers.set('cache-control', 'no-store');
  if (options.replayed) headers.set('idempotent-replayed', 'true');
  if (answer.status === 204) return new Response(null, { status: 204, headers });
  headers.set('content-type', 'application/json');
  return new Response(options.head ? null : JSON.stringify(answer.body), { status: answer.status, headers });
}
