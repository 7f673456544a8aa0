import { requireActor } from '#server/services/access/enter.ts';
import { waitForOperation } from '#server/services/operation/wait-for-operation.ts';
import type { ApiCall } from '../dispatch.ts';
import { operationOf, type RestAnswer } from './rest-answer.ts';

/**
 * Long poll (AIP-151): waits until the operation of an answer is done, the time is over or the client has gone, and puts
 * the operation as it is then into the answer: 200 when it is done; while it runs 202, or 200 to who only reads it.
 */
export async function withFinishedOperation(
  call: ApiCall,
  answer: RestAnswer,
  waitMs: number,
  signal: AbortSignal,
): Promise<RestAnswer> {
  const started = operationOf(answer.body);
  if (!started || started.done) return answer;
  const operation = await waitForOperation(requireActor(call), started.id, waitMs, signal);
  const body = answer.body instanceof Object && 'operation' in answer.body ? { ...answer.body, operation } : operation;
  return { ...answer, status: operation.done ? 200 : answer.status, body };
}
