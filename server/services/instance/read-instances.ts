import type { Instance } from '#server/contract/instance.ts';
import type { InstanceKind, InstanceState } from '#server/contract/instance-state.ts';
import { countInstancesByState, getInstance, type InstanceSort, listInstances } from '#server/db/instance-store.ts';
import { onlyProject } from '#server/db/scope.ts';
import { type ListInput, pageOfList } from '../page.ts';
import type { ProjectContext } from '../service-context.ts';
import { instanceView } from './instance-view.ts';

export interface InstanceListInput extends ListInput {
  state?: InstanceState | undefined;
  kind?: InstanceKind | undefined;
  host?: string | undefined;
  search?: string | undefined;
  sort: InstanceSort;
}

/** Instances of the project with the counts of all of them by state. */
export async function listProjectInstances(ctx: ProjectContext, input: InstanceListInput) {
  const { state, kind, host: hostId, search, sort } = input;
  const projectId = ctx.project.id;
  const [page, counts] = await Promise.all([
    pageOfList(
      ctx,
      ['instances', projectId, state, kind, hostId, search, sort],
      input,
      (request) =>
        listInstances(ctx.app.db, onlyProject(projectId), { state, kind, hostId, search }, { ...request, sort }),
      instanceView,
    ),
    countInstancesByState(ctx.app.db, { projectId }),
  ]);
  return { ...page, counts: counts as Record<string, number> };
}

/** One instance of the project. Throws `not_found`. */
export async function getProjectInstance(ctx: ProjectContext, input: { instance: string }): Promise<Instance> {
  return instanceView(await getInstance(ctx.app.db, { projectId: ctx.project.id, id: input.instance }));
}
