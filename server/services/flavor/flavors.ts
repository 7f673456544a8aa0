import type { Flavor } from '#server/contract/flavor.ts';
import {
  deleteFlavor,
  type FlavorFields,
  type FlavorRow,
  getFlavor,
  insertFlavor,
  listFlavors,
  updateFlavor,
} from '#server/db/flavor-store.ts';
import { newId } from '#server/platform/id.ts';
import { change } from '../change.ts';
import { type ListInput, pageOfList } from '../page.ts';
import type { ActorContext } from '../service-context.ts';

/** A flavor as everybody sees it. */
export function flavorView(row: FlavorRow): Flavor {
  return {
    id: row.id,
    name: row.name,
    vcpus: row.vcpus,
    memoryMiB: row.memoryMiB,
    diskGiB: row.diskGiB,
    createdAt: row.createdAt.toISOString(),
    version: row.version,
  };
}

/** All flavors, by name. */
export async function listAllFlavors(ctx: ActorContext, input: ListInput) {
  return pageOfList(ctx, ['flavors'], input, (page) => listFlavors(ctx.app.db, page), flavorView);
}

/** One flavor. Throws `not_found`. */
export async function getOneFlavor(ctx: ActorContext, input: { flavor: string }): Promise<Flavor> {
  return flavorView(await getFlavor(ctx.app.db, { id: input.flavor }));
}

/** Makes a flavor. Throws `name_taken`. */
export async function createFlavor(ctx: ActorContext, input: FlavorFields): Promise<Flavor> {
  const id = newId();
  const what = { action: 'flavor.create', target: { type: 'flavor', id }, detail: { ...input } };
  return change(ctx, what, async (tx) => flavorView(await insertFlavor(tx, { id, ...input })));
}

/** Changes a flavor; instances keep their size. Throws `not_found`, `name_taken`, `precondition_failed`. */
export async function changeFlavor(ctx: ActorContext, input: FlavorFields & { flavor: string }): Promise<Flavor> {
  const { flavor: id, ...fields } = input;
  const what = { action: 'flavor.update', target: { type: 'flavor', id }, detail: { ...fields } };
  const { expectedVersion } = ctx;
  return change(ctx, what, async (tx) => flavorView(await updateFlavor(tx, { id, expectedVersion }, fields)));
}

/** Deletes a flavor; instances that were made with it live on. Throws `not_found`, `precondition_failed`. */
export async function removeFlavor(ctx: ActorContext, input: { flavor: string }): Promise<null> {
  const id = input.flavor;
  const { expectedVersion } = ctx;
  return change(ctx, { action: 'flavor.delete', target: { type: 'flavor', id } }, async (tx) => {
    await deleteFlavor(tx, { id, expectedVersion });
    return null;
  });
}
