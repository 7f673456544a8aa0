import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { AtollError } from '#server/contract/errors.ts';
import type { WebApp } from '#server/services/service-context.ts';
import type { AppRouter } from './app-router.ts';
import { checkOrigin } from './check-origin.ts';
import type { ApiCall } from './dispatch.ts';
import { logFailure } from './log-failure.ts';
import { openCall } from './open-call.ts';
import { toAtollError, toProblem } from './problem.ts';
import { isJson, parseJson, readText } from './read-json.ts';

/** Where the browser's procedures are. */
export const trpcBase = '/api/trpc';

/** Procedures in one HTTP request (security.md 46). */
const maxBatch = 10;

/** Answers a tRPC request. Bodies are read, measured and checked before tRPC sees them. */
export async function handleTrpc(app: WebApp, router: AppRouter, request: Request): Promise<Response> {
  let call: ApiCall | null = null;
  try {
    const opened = await openCall(app, request);
    call = opened;
    const safe = await readSafely(opened, request);
    const response = await fetchRequestHandler({
      endpoint: trpcBase,
      req: safe,
      router,
      maxBatchSize: maxBatch,
      createContext: () => opened,
      onError: ({ error }) => logFailure(app.log, opened.requestId, toAtollError(error)),
      responseMeta: ({ errors }) => ({ headers: withRetryAfter(opened.responseHeaders, errors) }),
    });
    response.headers.set('cache-control', 'no-store');
    return response;
  } catch (thrown) {
    const error = toAtollError(thrown);
    logFailure(app.log, call?.requestId ?? '', error);
    return refusal(error, call);
  }
}

function withRetryAfter(given: Headers, errors: readonly unknown[]): Headers {
  const headers = new Headers(given);
  const seconds = errors.map((error) => toAtollError(error).options.retryAfterSeconds ?? 0);
  if (seconds.some((each) => each > 0)) headers.set('retry-after', String(Math.max(...seconds)));
  return headers;
}

async function readSafely(call: ApiCall, request: Request): Promise<Request> {
  if (request.method === 'GET') {
    const input = new URL(request.url).searchParams.get('input');
    if (input !== null) parseJson(input);
    return request;
  }
  if (request.method !== 'POST') throw new AtollError('method_not_allowed');
  checkOrigin(call, request.headers);
  if (!isJson(request.headers.get('content-type'))) throw new AtollError('unsupported_media_type');
  const body = await readText(request.body);
  if (body !== '') parseJson(body);
  return new Request(request.url, { method: 'POST', headers: request.headers, body, signal: request.signal });
}

/** An error in tRPC's shape for what was refused before tRPC was asked. */
function refusal(error: AtollError, call: ApiCall | null): Response {
  const problem = toProblem(error, call?.requestId ?? '');
  const shape = {
    error: {
      message: problem.detail,
      // JSON-RPC's "invalid request": tRPC's client reads `data`, not this number.
      code: -32600,
      data: { code: error.spec.trpc, httpStatus: problem.status, problem },
    },
  };
  const headers = new Headers({ 'content-type': 'application/json', 'cache-control': 'no-store' });
  if (error.options.retryAfterSeconds !== undefined)
    headers.set('retry-after', String(error.options.retryAfterSeconds));
  return new Response(JSON.stringify(shape), { status: problem.status, headers });
}
