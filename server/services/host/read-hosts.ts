import type { Host } from '#server/contract/host.ts';
import { type ContainerImageRow, listContainerImages } from '#server/db/container-image-store.ts';
import { getHost, listHosts } from '#server/db/host-store.ts';
import { listUnmanaged, type UnmanagedRow } from '#server/db/unmanaged-store.ts';
import { type ListInput, pageOfList } from '../page.ts';
import type { ActorContext } from '../service-context.ts';
import { hostView } from './host-view.ts';

/** Hosts by name. */
export async function listAllHosts(ctx: ActorContext, input: ListInput & { search?: string | undefined }) {
  const { search } = input;
  return pageOfList(ctx, ['hosts', search], input, (page) => listHosts(ctx.app.db, { search }, page), hostView);
}

/** One host. Throws `not_found`. */
export async function getOneHost(ctx: ActorContext, input: { host: string }): Promise<Host> {
  return hostView(await getHost(ctx.app.db, { id: input.host }));
}

/** What runs on a host without Atoll. Throws `not_found`. */
export async function listHostUnmanaged(ctx: ActorContext, input: ListInput & { host: string }) {
  const { id: hostId } = await getHost(ctx.app.db, { id: input.host });
  const list = ['unmanaged', hostId];
  return pageOfList(ctx, list, input, (page) => listUnmanaged(ctx.app.db, { hostId }, page), unmanagedView);
}

/** Container images on a host, largest first. Throws `not_found`. */
export async function listHostImages(ctx: ActorContext, input: ListInput & { host: string }) {
  const { id: hostId } = await getHost(ctx.app.db, { id: input.host });
  const list = ['container-images', hostId];
  return pageOfList(ctx, list, input, (page) => listContainerImages(ctx.app.db, { hostId }, page), imageView);
}

/** Something that runs without Atoll, as admins see it. */
export const unmanagedView = (row: UnmanagedRow) => ({ ...row, seenAt: row.seenAt.toISOString() });

const imageView = (row: ContainerImageRow) => ({ ...row, createdAt: row.createdAt?.toISOString() ?? null });
