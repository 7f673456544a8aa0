import type { z } from 'zod';
import type { Policy } from './permissions.ts';

/** Where a procedure is found over REST: path parameters in braces are fields of the input. */
export interface RestRoute {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below /api/v1, such as `/projects/{project}/instances`. */
  path: string;
  /** Status of success. 202 answers carry an operation and a Location; `?wait=` is understood. */
  status?: 200 | 201 | 202 | 204;
  /** `?wait=` is understood although the status is another: the answer is an operation. */
  waits?: true;
  /** Whether If-Match is required (protected kinds) and the ETag is the `version` of the output. */
  etag?: 'sent' | 'required';
}

/** Whether `?wait=` holds the answer of a route until its operation is done. */
export const takesWait = (route: RestRoute): boolean => route.status === 202 || route.waits === true;

/** One procedure of the registry. */
export interface Endpoint {
  type: 'query' | 'mutation';
  summary: string;
  policy: Policy;
  /** A session must have proved within ten minutes who it is (`step_up_required`). Tokens hold no proof and need none. */
  stepUp?: true;
  /** null: only for the browser (tRPC). */
  rest: RestRoute | null;
  input: z.ZodType;
  output: z.ZodType;
}

/** Declares a procedure; keeps the exact types of input and output. */
export const endpoint = <const E extends Endpoint>(declared: E): E => declared;
