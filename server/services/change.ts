import { appendAudit } from '#server/db/audit-store.ts';
import { type AtollTx, inTx } from '#server/db/client.ts';
import { admit } from '#server/operations/engine/enqueue.ts';
import { auditActor } from './audit/audit-actor.ts';
import type { ServiceContext } from './service-context.ts';

/** What a change is called in the audit record, and what it is about. */
export interface Changed {
  /** Name of the procedure, such as `instance.create`. */
  action: string;
  projectId?: string | null | undefined;
  target?: { type: string; id: string };
  /** Facts worth keeping; nothing secret. */
  detail?: Record<string, unknown>;
  /** Who did it, where the request came from nobody yet: signing in. */
  actor?: { id: string; name: string };
}

/**
 * The one way to change something: one transaction with the change, its audit record and the kept answer of its
 * Idempotency-Key. `work` answers the output of the procedure; it may run again after a deadlock.
 */
export function change<T>(ctx: ServiceContext, changed: Changed, work: (tx: AtollTx) => Promise<T>): Promise<T> {
  return inTx(ctx.app.db, (tx) => recorded(ctx, changed, tx, work));
}

/** As {@link change}, for a change that enqueues an operation: the workers hear of it as soon as it is committed. */
export function startWork<T>(ctx: ServiceContext, changed: Changed, work: (tx: AtollTx) => Promise<T>): Promise<T> {
  return admit({ db: ctx.app.db, bell: ctx.app.bell }, (tx) => recorded(ctx, changed, tx, work));
}

async function recorded<T>(
  ctx: ServiceContext,
  changed: Changed,
  tx: AtollTx,
  work: (tx: AtollTx) => Promise<T>,
): Promise<T> {
  const output = await work(tx);
  await appendAudit(tx, {
    actor: changed.actor ? { ...auditActor(ctx), ...changed.actor } : auditActor(ctx),
    projectId: changed.projectId ?? null,
    action: changed.action,
    target: changed.target,
    outcome: 'done',
    detail: { ...nameIn(changed.target, output), ...changed.detail },
  });
  await ctx.answer?.keep(tx, output);
  return output;
}

/** What the target is called, as the answer says: ids alone tell people nothing once it is gone. */
function nameIn(target: Changed['target'], output: unknown): { name?: string } {
  if (!target || !(output instanceof Object)) return {};
  const carried: unknown = Reflect.get(output, target.type) ?? output;
  if (!(carried instanceof Object) || Reflect.get(carried, 'id') !== target.id) return {};
  const name: unknown = Reflect.get(carried, 'name');
  return typeof name === 'string' ? { name } : {};
}
