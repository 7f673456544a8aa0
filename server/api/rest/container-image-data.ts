import { AtollError } from '#server/contract/errors.ts';
import { idSchema } from '#server/contract/ids.ts';
import { admit, requireActor } from '#server/services/access/enter.ts';
import { receiveContainerImage } from '#server/services/host/receive-container-image.ts';
import { checkOrigin } from '../check-origin.ts';
import type { ApiCall } from '../dispatch.ts';
import { answerOf, toResponse } from './rest-answer.ts';

/**
 * Answers `PUT /hosts/{host}/container-images/data`: the body is a tar as `docker save` writes it. 202 with the operation that loads
 * it. Throws `not_found`, `forbidden`, `payload_too_large`.
 */
export async function handleContainerImageData(call: ApiCall, request: Request, rawId: string): Promise<Response> {
  const allow = 'OPTIONS, PUT';
  if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: { allow } });
  if (request.method !== 'PUT') throw new AtollError('method_not_allowed', `Allowed here: ${allow}.`);
  admit(call.actor, { kind: 'system', permission: 'host:write' });
  checkOrigin(call, request.headers);
  const id = idSchema.safeParse(rawId);
  if (!id.success || !request.body) throw new AtollError(id.success ? 'bad_request' : 'not_found');
  const started = await receiveContainerImage(requireActor(call), id.data, request.body);
  return toResponse(answerOf({ status: 202 }, started), { head: false, replayed: false });
}
