import type { z } from 'zod';
import { parseProblem, problemOf, RestError } from './problem.ts';
import { askForProof } from './step-up.ts';

export interface JsonRequest<S extends z.ZodType> {
  method: 'PUT' | 'PATCH';
  /** Below /api/v1, with its slash. */
  path: string;
  body: unknown;
  /** The version that was read: the server refuses with `precondition_failed` when there is a newer one. */
  version: number;
  answer: S;
}

/**
 * Changes something over REST, which tRPC cannot: with If-Match, so that nobody's change is written over unseen.
 * @throws RestError
 */
export async function sendJson<S extends z.ZodType>(request: JsonRequest<S>): Promise<z.output<S>> {
  const send = () =>
    fetch(`/api/v1${request.path}`, {
      method: request.method,
      headers: { 'content-type': 'application/json', 'if-match': `"${request.version}"` },
      body: JSON.stringify(request.body),
    });
  let response = await send();
  let body: unknown = await response.json().catch(() => null); // a proxy's page of its own
  if (parseProblem(body)?.code === 'step_up_required' && (await askForProof())) {
    response = await send();
    body = await response.json().catch(() => null);
  }
  if (!response.ok) throw new RestError(parseProblem(body) ?? problemOf(new Error(`HTTP ${response.status}`)));
  return request.answer.parse(body);
}
