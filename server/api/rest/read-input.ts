import { takesWait } from '#server/contract/endpoint.ts';
import { AtollError, type FieldError } from '#server/contract/errors.ts';
import { isJson, parseJson, readText } from '../read-json.ts';
import type { RestProcedure } from './route-table.ts';

/** Longest that `?wait=` may ask for, in milliseconds. */
const maxWaitMs = 60_000;

export interface RestInput {
  /** Path, query and body in one object, as the input schema of the procedure wants it. */
  input: Record<string, unknown>;
  /** The body as it came, for the hash of an idempotent request. */
  bodyText: string;
  /** Milliseconds to wait for the operation; 0: answer at once. */
  waitMs: number;
}

/**
 * Reads the input of a REST request. GET and DELETE take their fields from the query, the others from a JSON body; path
 * parameters come from the path alone. Throws `bad_request`, `unsupported_media_type`, `payload_too_large` or
 * `validation_failed`.
 */
export async function readInput(
  request: Request,
  url: URL,
  procedure: RestProcedure,
  params: Record<string, string>,
): Promise<RestInput> {
  const { rest } = procedure;
  const query = readQuery(url.searchParams);
  const waitMs = takesWait(rest) ? takeWait(query) : 0;
  const inQuery = rest.method === 'GET' || rest.method === 'DELETE';
  const bodyText = await readText(request.body);
  if (inQuery) {
    if (bodyText !== '') throw new AtollError('bad_request', `A ${rest.method} request has no body here.`);
    refuseNames(query, Object.keys(params));
    return { input: { ...query, ...params }, bodyText, waitMs };
  }
  refuseNames(query, Object.keys(query));
  const body = readBody(request, bodyText);
  refuseNames(body, Object.keys(params));
  return { input: { ...body, ...params }, bodyText, waitMs };
}

function readBody(request: Request, text: string): Record<string, unknown> {
  // Actions without fields may come without a body.
  if (text === '') return {};
  if (!isJson(request.headers.get('content-type'))) throw new AtollError('unsupported_media_type');
  const body = parseJson(text);
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new AtollError('bad_request', 'The body must be a JSON object.');
  return body as Record<string, unknown>;
}

function readQuery(search: URLSearchParams): Record<string, string> {
  const query = new Map<string, string>();
  for (const [name, value] of search) {
    if (query.has(name)) throw new AtollError('bad_request', `The parameter ${JSON.stringify(name)} comes twice.`);
    query.set(name, value);
  }
  if (query.has('__proto__')) throw new AtollError('bad_request', 'The query has a parameter of a forbidden name.');
  return Object.fromEntries(query);
}

/** `30s` or `30`: seconds, at most 60. */
function takeWait(query: Record<string, string>): number {
  const { wait } = query;
  if (wait === undefined) return 0;
  delete query.wait;
  const seconds = /^(\d{1,3})s?$/.exec(wait)?.[1];
  if (seconds === undefined || Number(seconds) * 1000 > maxWaitMs) {
    const message = 'Write seconds from 0 to 60, such as 30s.';
    throw new AtollError('validation_failed', undefined, { fields: [{ pointer: '/wait', code: 'invalid', message }] });
  }
  return Number(seconds) * 1000;
}

/** Refuses fields that have no place where they came from: a parameter of the path in the body, a field of the body in the query. */
function refuseNames(values: Record<string, unknown>, names: readonly string[]): void {
  const fields: FieldError[] = names
    .filter((name) => Object.hasOwn(values, name))
    .map((name) => ({ pointer: `/${name}`, code: 'unknown_field', message: 'This field does not belong here.' }));
  if (fields.length > 0) throw new AtollError('validation_failed', undefined, { fields });
}
