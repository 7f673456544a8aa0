import { TRPCError } from '@trpc/server';
import { type core, ZodError } from 'zod';
import { AtollError, type ErrorCode, type FieldError } from '#server/contract/errors.ts';
import type { ProblemDocument } from '#server/contract/problem.ts';

/** tRPC's own refusals (unknown procedure, unreadable body, wrong method), which no service has seen. */
const trpcCodes: Partial<Record<TRPCError['code'], ErrorCode>> = {
  PARSE_ERROR: 'bad_request',
  BAD_REQUEST: 'bad_request',
  NOT_FOUND: 'not_found',
  METHOD_NOT_SUPPORTED: 'bad_request',
  UNSUPPORTED_MEDIA_TYPE: 'unsupported_media_type',
  PAYLOAD_TOO_LARGE: 'payload_too_large',
};

/**
 * Whatever was thrown, as an AtollError. What is not known to be meant for people becomes `internal`: its message, stack
 * and SQL stay in `cause` for the log.
 */
export function toAtollError(error: unknown): AtollError {
  if (error instanceof AtollError) return error;
  if (error instanceof ZodError) {
    return new AtollError('validation_failed', undefined, { fields: error.issues.flatMap((issue) => toFields(issue)) });
  }
  if (error instanceof TRPCError) {
    if (error.cause !== undefined && (error.cause instanceof AtollError || error.cause instanceof ZodError))
      return toAtollError(error.cause);
    const code = trpcCodes[error.code];
    if (code) return new AtollError(code, undefined, { cause: error });
  }
  return new AtollError('internal', undefined, { cause: error });
}

/** The problem document (RFC 9457) of an error: the same over tRPC and REST. */
export function toProblem(error: AtollError, requestId: string): ProblemDocument {
  const { spec, options } = error;
  return {
    ...options.extra,
    type: `/problems/${error.code}`,
    title: spec.title,
    status: spec.http,
    code: error.code,
    detail: error.message,
    hint: error.hint,
    errors: options.fields ?? [],
    params: options.params ?? {},
    requestId,
  };
}

/** The problem as an HTTP answer, with Retry-After where a repeat makes sense. */
export function problemResponse(error: AtollError, requestId: string, headers: HeadersInit = {}): Response {
  const all = new Headers(headers);
  all.set('content-type', 'application/problem+json');
  all.set('cache-control', 'no-store');
  if (error.options.retryAfterSeconds !== undefined) all.set('retry-after', String(error.options.retryAfterSeconds));
  if (error.code === 'unauthenticated') all.set('www-authenticate', 'Bearer realm="atoll"');
  return new Response(JSON.stringify(toProblem(error, requestId)), { status: error.spec.http, headers: all });
}

/** RFC 6901: `~` and `/` in a name are escaped. */
const pointer = (path: readonly PropertyKey[]): string =>
  path.map((part) => '/' + String(part).replaceAll('~', '~0').replaceAll('/', '~1')).join('');

function toFields(issue: core.$ZodIssue): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointer([...issue.path, key]),
      code: 'unknown_field',
      message: 'This field is not known here.',
    }));
  }
  return [{ pointer: pointer(issue.path), code: issue.code, message: issue.message }];
}
