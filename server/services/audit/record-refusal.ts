import type { Endpoint } from '#server/contract/endpoint.ts';
import type { AtollError, ErrorCode } from '#server/contract/errors.ts';
import { appendAudit } from '#server/db/audit-store.ts';
import { inTx } from '#server/db/client.ts';
import { findKnownProject } from '../access/find-known-project.ts';
import type { ServiceContext } from '../service-context.ts';
import { auditActor } from './audit-actor.ts';

/** Requests that were not understood, or came too often: nobody was refused anything. */
export const noRefusals: readonly ErrorCode[] = [
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
  'step_up_required',
  'unavailable',
  'internal',
];

/** What was asked for: the name of the procedure and its input, as it came. */
export interface Asked {
  name: string;
  type: Endpoint['type'];
  input?: unknown;
}

/**
 * Keeps that somebody was refused: every change that did not happen, and every look at what is not theirs to see; in the project
 * that it was about, if they know it. In a transaction of its own, because that of the request was given up. Who is not signed in
 * and looks is not kept: it says nothing and would let strangers fill the disk. When it cannot be written the refusal stands and
 * the log says so.
 */
export async function recordRefusal(ctx: ServiceContext, asked: Asked, error: AtollError): Promise<void> {
  if (noRefusals.includes(error.code)) return;
  const looks = asked.type === 'query';
  if (looks && error.code !== 'forbidden') return;
  if (!ctx.actor && error.code === 'unauthenticated') return;
  try {
    const record = {
      actor: auditActor(ctx),
      projectId: await projectOf(ctx, asked.input),
      action: asked.name,
      target: targetOf(asked),
      outcome: 'refused' as const,
      code: error.code,
      detail: detailOf(asked.input),
    };
    await inTx(ctx.app.db, (tx) => appendAudit(tx, record));
  } catch (cause) {
    ctx.app.log.error({ err: cause, action: asked.name, requestId: ctx.requestId }, 'a refusal was not recorded');
  }
}

/** A short text of the input. It was perhaps never checked, so it is taken for what it is: a word of whoever asked. */
function textOf(input: unknown, field: string): string | null {
  if (!(input instanceof Object) || !Object.hasOwn(input, field)) return null;
  const value: unknown = Reflect.get(input, field);
  // PostgreSQL's text holds no NUL.
  return typeof value === 'string' && /^[^\p{Cc}]{1,100}$/u.test(value) ? value : null;
}

async function projectOf(ctx: ServiceContext, input: unknown): Promise<string | null> {
  const reference = textOf(input, 'project');
  if (!ctx.actor || reference === null) return null;
  return (await findKnownProject({ ...ctx, actor: ctx.actor }, reference))?.id ?? null;
}

/** `instance.start` is about the `instance` of its input. */
function targetOf({ name, input }: Asked): { type: string; id: string } | null {
  const [type = ''] = name.split('.');
  const id = textOf(input, type);
  return id === null ? null : { type, id };
}

function detailOf(input: unknown): Record<string, unknown> {
  const name = textOf(input, 'name');
  return name === null ? {} : { name };
}
