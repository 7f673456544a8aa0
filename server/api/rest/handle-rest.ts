import { AtollError } from '#server/contract/errors.ts';
import { beginAnswer, type Replay } from '#server/services/answer/begin-answer.ts';
import { recordRefusal } from '#server/services/audit/record-refusal.ts';
import type { WebApp } from '#server/services/service-context.ts';
import { checkOrigin } from '../check-origin.ts';
import { type ApiCall, dispatch, type Procedure, renderOutput } from '../dispatch.ts';
import { logFailure } from '../log-failure.ts';
import { openCall } from '../open-call.ts';
import { problemResponse, toAtollError } from '../problem.ts';
import { handleContainerImageData } from './container-image-data.ts';
import { expectedVersion } from './entity-tag.ts';
import { handleEvents } from './event-stream.ts';
import { exportPath, handleExport } from './exports.ts';
import { requestHash } from './idempotency.ts';
import { handleImageData } from './image-data.ts';
import { handleInstanceLogs, logsPath } from './instance-logs.ts';
import { readInput } from './read-input.ts';
import { answerOf, type RestAnswer, toResponse } from './rest-answer.ts';
import { matchRoute, type RestProcedure, type RouteTable, routeTable } from './route-table.ts';
import { withFinishedOperation } from './wait-for-operation.ts';

/** Where the REST API begins. */
export const restBase = '/api/v1';

export interface RestEdge {
  app: WebApp;
  routes: RouteTable;
  /** The OpenAPI document as text, made once. */
  openapi: string;
}

export function restEdge(app: WebApp, table: ReadonlyMap<string, Procedure>, openapi: string): RestEdge {
  return { app, routes: routeTable(table.values()), openapi };
}

/** Answers a request below /api/v1. Never throws: what goes wrong is told as a problem document. */
export async function handleRest(edge: RestEdge, request: Request): Promise<Response> {
  let requestId = '';
  try {
    const call = await openCall(edge.app, request);
    requestId = call.requestId;
    const response = await route(edge, call, request);
    for (const [name, value] of call.responseHeaders) response.headers.append(name, value);
    return response;
  } catch (thrown) {
    const error = toAtollError(thrown);
    logFailure(edge.app.log, requestId, error);
    return problemResponse(error, requestId, request.method === 'HEAD' ? {} : undefined);
  }
}

async function route(edge: RestEdge, call: ApiCall, request: Request): Promise<Response> {
  const url = new URL(request.url);
  const path = url.pathname.slice(restBase.length);
  if (path === '/openapi.json') return openapiDocument(edge, request);
  if (path === '/events') return handleEvents(call, request, url);
  const imageData = /^\/images\/([^/]+)\/data$/.exec(path);
  if (imageData) return recorded(call, 'image.upload', () => handleImageData(call, request, imageData[1] ?? ''));
  const containerImageData = /^\/hosts\/([^/]+)\/container-images\/data$/.exec(path);
  if (containerImageData)
    return recorded(call, 'host.loadImage', () => handleContainerImageData(call, request, containerImageData[1] ?? ''));

  if (logsPath.test(path)) return handleInstanceLogs(call, request, url);
  if (exportPath.test(path)) return handleExport(call, request, url);

  const match = matchRoute(edge.routes, request.method, path);
  switch (match.found) {
    case 'nothing':
      throw new AtollError('not_found', 'There is no such path.');
    case 'path':
      return wrongMethod(call, request, match.allow);
    case 'procedure':
      return answer(call, request, url, match.procedure, match.params);
  }
}

/** Uploads are in no registry, but whom they were refused to is kept all the same. */
async function recorded(call: ApiCall, name: string, work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    await recordRefusal(call, { name, type: 'mutation' }, toAtollError(error));
    throw error;
  }
}

async function answer(
  call: ApiCall,
  request: Request,
  url: URL,
  procedure: RestProcedure,
  params: Record<string, string>,
): Promise<Response> {
  const mutates = procedure.endpoint.type === 'mutation';
  if (mutates) checkOrigin(call, request.headers);
  const { input, bodyText, waitMs } = await readInput(request, url, procedure, params);
  const versioned: ApiCall = { ...call, expectedVersion: expectedVersion(request.headers, procedure.rest) };

  const key = mutates ? request.headers.get('idempotency-key') : null;
  if (key === null) {
    if (mutates && procedure.rest.method === 'POST' && call.actor?.via.type === 'token')
      throw new AtollError('idempotency_key_required');
    return finish(call, await run(versioned, procedure, input), waitMs, request);
  }
  const begun = await beginAnswer(call, key, requestHash(request.method, url, bodyText), (output) =>
    answerOf(procedure.rest, renderOutput(procedure, output)),
  );
  if (begun.replay) return finish(call, { ...begun.replay, replayed: true }, waitMs, request);
  try {
    const made = await run({ ...versioned, answer: begun.keeper }, procedure, input);
    await begun.complete(made);
    return await finish(call, made, waitMs, request);
  } catch (error) {
    await begun.release();
    throw error;
  }
}

async function run(call: ApiCall, procedure: RestProcedure, input: unknown): Promise<RestAnswer> {
  return answerOf(procedure.rest, await dispatch(call, procedure, input));
}

async function finish(
  call: ApiCall,
  made: (RestAnswer | Replay) & { replayed?: boolean },
  waitMs: number,
  request: Request,
): Promise<Response> {
  const waited = waitMs > 0 ? await withFinishedOperation(call, made, waitMs, request.signal) : made;
  return toResponse(waited, { head: request.method === 'HEAD', replayed: made.replayed === true });
}

function wrongMethod(call: ApiCall, request: Request, allow: string[]): Response {
  const headers = { allow: allow.join(', ') };
  if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers });
  const problem = new AtollError('method_not_allowed', `Allowed here: ${allow.join(', ')}.`);
  return problemResponse(problem, call.requestId, headers);
}

function openapiDocument(edge: RestEdge, request: Request): Response {
  if (request.method !== 'GET' && request.method !== 'HEAD') throw new AtollError('not_found');
  return new Response(request.method === 'HEAD' ? null : edge.openapi, {
    headers: { 'content-type': 'application/json', 'cache-control': 'no-cache' },
  });
}
