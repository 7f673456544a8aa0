import { TRPCClientError } from '@trpc/client';
import { errorTable, type FieldError } from '#server/contract/errors.ts';

/** A refusal or failure as the kit shows it. */
export interface ShownProblem {
  /** A key of the error table, or `offline` when no answer came. */
  code: string;
  status: number;
  detail: string;
  hint: string;
  errors: FieldError[];
  params: Record<string, string | number>;
  requestId: string | null;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const isFieldError = (value: unknown): value is FieldError =>
  isRecord(value) && typeof value.pointer === 'string' && typeof value.message === 'string';

/** Reads a problem document (RFC 9457) as REST answers it; null when it is none. */
export function parseProblem(body: unknown): ShownProblem | null {
  if (!isRecord(body)) return null;
  const { code, status, detail, hint, errors, params, requestId } = body;
  if (typeof code !== 'string' || typeof status !== 'number' || typeof detail !== 'string') return null;
  return {
    code,
    status,
    detail,
    hint: typeof hint === 'string' ? hint : '',
    errors: Array.isArray(errors) ? errors.filter(isFieldError) : [],
    params: isRecord(params) ? (params as ShownProblem['params']) : {},
    requestId: typeof requestId === 'string' ? requestId : null,
  };
}

/** A request over REST that the server refused or failed at. */
export class RestError extends Error {
  readonly problem: ShownProblem;

  constructor(problem: ShownProblem) {
    super(problem.detail);
    this.name = 'RestError';
    this.problem = problem;
  }
}

/** The problem that any error tells of: the server's document, or `offline` when the server did not answer. */
export function problemOf(error: unknown): ShownProblem {
  if (error instanceof RestError) return error.problem;
  if (error instanceof TRPCClientError && isRecord(error.data)) {
    const told = parseProblem(error.data.problem);
    if (told) return told;
  }
  const away = error instanceof TRPCClientError || error instanceof TypeError;
  const code = away ? 'offline' : 'internal';
  return {
    code,
    status: away ? 503 : 500,
    detail: error instanceof Error ? error.message : String(error),
    hint: errorTable[away ? 'unavailable' : 'internal'].hint,
    errors: [],
    params: {},
    requestId: null,
  };
}
