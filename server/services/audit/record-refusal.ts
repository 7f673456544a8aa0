import type { Endpoint } from '#server/contract/endpoint.ts';
import type { AtollError, ErrorCode } from '#server/contract/errors.ts';
import { appendAudit } from '#server/db/audit-store.ts';
import { inTx } from '#server/db/client.ts';
import type { ServiceContext } from '../service-context.ts';
import { auditActor } from './audit-actor.ts';

/** Requests that were not understood, or came too often: nobody was refused anything. */
const noRefusals: readonly ErrorCode[] = [
  'validation_failed',
  'bad_request',
  'unsupported_media_type',
  'payload_too_large',
  'method_not_allowed',
  'idempotency_in_flight',
  'idempotency_mismatch',
  'idempotency_key_required',
  'precondition_required',
  'rate_limited',
  'unavailable',
  'internal',
];

/**
 * Keeps that somebody was refused: every change that did not happen, and every look at what is not theirs to see. In a
 * transaction of its own, because that of the request was given up. Who is not signed in and looks is not kept: it says nothing
 * and would let strangers fill the disk. When it cannot be written the refusal stands and the log says so.
 */
export async function recordRefusal(
  ctx: ServiceContext,
  asked: { name: string; type: Endpoint['type'] },
  error: AtollError,
): Promise<void> {
  if (noRefusals.includes(error.code)) return;
  const looks = asked.type === 'query';
  if (looks && error.code !== 'forbidden') return;
  if (!ctx.actor && error.code === 'unauthenticated') return;
  const record = {
    actor: auditActor(ctx),
    projectId: null,
    action: asked.name,
    outcome: 'refused' as const,
    code: error.code,
  };
  await inTx(ctx.app.db, (tx) => appendAudit(tx, record)).catch((cause: unknown) => {
    ctx.app.log.error({ err: cause, action: asked.name, requestId: ctx.requestId }, 'a refusal was not recorded');
  });
}
