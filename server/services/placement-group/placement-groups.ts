import type { GroupPolicy, GroupStrictness, PlacementGroup } from '#server/contract/placement-group.ts';
import {
  deletePlacementGroup,
  getPlacementGroup,
  insertPlacementGroup,
  listPlacementGroups,
  type PlacementGroupRow,
  updatePlacementGroup,
} from '#server/db/placement-group-store.ts';
import { newId } from '#server/platform/id.ts';
import { change } from '../change.ts';
import { type ListInput, pageOfList } from '../page.ts';
import type { ProjectContext } from '../service-context.ts';

/** A group as the people of its project see it. */
export const placementGroupView = (row: PlacementGroupRow): PlacementGroup => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
});

const about = (ctx: ProjectContext, verb: string, id: string, detail?: Record<string, unknown>) => ({
  action: `placementGroup.${verb}`,
  projectId: ctx.project.id,
  target: { type: 'placement-group', id },
  detail,
});

/** Groups of the project, by name. */
export async function listProjectGroups(ctx: ProjectContext, input: ListInput) {
  const { id: projectId } = ctx.project;
  const list = ['placement-groups', projectId];
  return pageOfList(ctx, list, input, (page) => listPlacementGroups(ctx.app.db, projectId, page), placementGroupView);
}

/** One group. Throws `not_found`. */
export async function getProjectGroup(ctx: ProjectContext, input: { placementGroup: string }): Promise<PlacementGroup> {
  return placementGroupView(
    await getPlacementGroup(ctx.app.db, { projectId: ctx.project.id, id: input.placementGroup }),
  );
}

/** Makes a group. Throws `name_taken`. */
export async function createGroup(
  ctx: ProjectContext,
  input: { name: string; policy: GroupPolicy; strictness: GroupStrictness },
): Promise<PlacementGroup> {
  const id = newId();
  const { name, policy, strictness } = input;
  const group = { id, projectId: ctx.project.id, name, policy, strictness };
  const what = about(ctx, 'create', id, { name, policy, strictness });
  return change(ctx, what, async (tx) => placementGroupView(await insertPlacementGroup(tx, group)));
}

/** Renames a group, or makes it hard or soft; what runs stays. Throws `not_found`, `name_taken`, `precondition_failed`. */
export async function changeGroup(
  ctx: ProjectContext,
  input: { placementGroup: string; name?: string | undefined; strictness?: GroupStrictness | undefined },
): Promise<PlacementGroup> {
  const { placementGroup: id, name, strictness } = input;
  const ref = { id, projectId: ctx.project.id, expectedVersion: ctx.expectedVersion };
  const what = about(ctx, 'update', id, { name, strictness });
  return change(ctx, what, async (tx) => placementGroupView(await updatePlacementGroup(tx, ref, { name, strictness })));
}

/** Deletes a group without instances. Throws `not_found`, `in_use`, `precondition_failed`. */
export async function removeGroup(ctx: ProjectContext, input: { placementGroup: string }): Promise<null> {
  const ref = { id: input.placementGroup, projectId: ctx.project.id, expectedVersion: ctx.expectedVersion };
  return change(ctx, about(ctx, 'delete', ref.id), async (tx) => {
    await deletePlacementGroup(tx, ref);
    return null;
  });
}
