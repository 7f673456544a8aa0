import { AtollError } from '#server/contract/errors.ts';
import type { Project } from '#server/contract/project.ts';
import type { PoolQuota } from '#server/contract/quota.ts';
import type { PoolQuotaResource } from '#server/contract/quota-resources.ts';
import { appendEvent } from '#server/db/event-store.ts';
import { getHostPool } from '#server/db/host-pool-store.ts';
import { listPoolQuotas, setPoolQuota } from '#server/db/pool-quota-store.ts';
import { findProject, getProject } from '#server/db/project-store.ts';
import { change } from '../change.ts';
import { projectView } from '../project/project-view.ts';
import type { ActorContext, ProjectContext } from '../service-context.ts';

/** What the project uses of host pools, and its limits there. */
export async function getPoolQuotas(ctx: ProjectContext): Promise<{ items: PoolQuota[] }> {
  return { items: await listPoolQuotas(ctx.app.db, { projectId: ctx.project.id }) };
}

/**
 * Changes limits of a project in a host pool; null takes one away, those not named stay. A limit below what is used stops new
 * claims and takes nothing away. Throws `not_found` for the project or the pool.
 */
export async function changePoolQuota(
  ctx: ActorContext,
  input: {
    project: string;
    hostPool: string;
    quota: Partial<Record<PoolQuotaResource, number | null | undefined>>;
  },
): Promise<Project> {
  const project = await findProject(ctx.app.db, input.project, 'every-project');
  if (!project) throw new AtollError('not_found', 'There is no such project.');
  const projectId = project.id;
  const target = { type: 'project', id: projectId };
  const detail = { poolId: input.hostPool, ...input.quota };
  return change(ctx, { action: 'quota.setPool', projectId, target, detail }, async (tx) => {
    const pool = await getHostPool(tx, { id: input.hostPool });
    const limits = Object.fromEntries(
      Object.entries(input.quota).filter((entry): entry is [string, number | null] => entry[1] !== undefined),
    );
    await setPoolQuota(tx, { projectId, poolId: pool.id }, limits);
    await appendEvent(tx, {
      projectId,
      type: 'project.pool_quota_changed',
      target: { ...target, name: project.name },
      actor: { id: ctx.actor.userId, name: ctx.actor.name },
      message: `Its limits in the host pool ${pool.name} were changed.`,
      params: { pool: pool.name },
    });
    return projectView(ctx.actor, await getProject(tx, { id: projectId }));
  });
}
