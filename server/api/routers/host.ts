import { hostApi, hostKeyApi } from '#server/contract/host.ts';
import { changeHost, confirmHostKey, inspectHost, removeHost } from '#server/services/host/change-host.ts';
import { pullContainerImage, removeContainerImage } from '#server/services/host/container-images.ts';
import { createHost } from '#server/services/host/create-host.ts';
import { getOneHost, listAllHosts, listHostImages, listHostUnmanaged } from '#server/services/host/read-hosts.ts';
import { getScan, getSshIdentity, listScans, scanHostKeys } from '#server/services/host-key/host-keys.ts';
import { implement } from '../implement.ts';

export const hostHandlers = implement(hostApi, {
  list: (ctx, input) => listAllHosts(ctx, input),
  get: (ctx, input) => getOneHost(ctx, input),
  create: (ctx, input) => createHost(ctx, input),
  inspect: (ctx, input) => inspectHost(ctx, input),
  confirmKey: (ctx, input) => confirmHostKey(ctx, input),
  update: (ctx, input) => changeHost(ctx, input),
  remove: (ctx, input) => removeHost(ctx, input),
  unmanaged: (ctx, input) => listHostUnmanaged(ctx, input),
  images: (ctx, input) => listHostImages(ctx, input),
  pullImage: (ctx, input) => pullContainerImage(ctx, input),
  removeImage: (ctx, input) => removeContainerImage(ctx, input),
});

export const hostKeyHandlers = implement(hostKeyApi, {
  list: (ctx, input) => listScans(ctx, input),
  get: (ctx, input) => getScan(ctx, input),
  scan: (ctx, input) => scanHostKeys(ctx, input),
  identity: (ctx) => getSshIdentity(ctx),
});
