import type { AuditActor } from '#server/db/audit-store.ts';
import type { ServiceContext } from '../service-context.ts';

/** Who asks, as the audit keeps it. */
export function auditActor(ctx: ServiceContext): AuditActor {
  const { actor } = ctx;
  return {
    id: actor?.userId ?? null,
    name: actor?.name ?? null,
    tokenId: actor?.via.type === 'token' ? actor.via.tokenId : null,
    ip: ctx.ip,
    requestId: ctx.requestId,
  };
}
