import type { ApiHandlers } from './implement.ts';
import { authHandlers } from './routers/auth.ts';
import { eventHandlers } from './routers/event.ts';
import { flavorHandlers } from './routers/flavor.ts';
import { hostHandlers, hostKeyHandlers } from './routers/host.ts';
import { sshKeyHandlers, tokenHandlers, userHandlers } from './routers/identity.ts';
import { imageHandlers } from './routers/image.ts';
import { instanceHandlers } from './routers/instance.ts';
import { operationHandlers } from './routers/operation.ts';
import { projectHandlers } from './routers/project.ts';
import { volumeHandlers } from './routers/volume.ts';

/** Every procedure of the registry with its handler; one that is missing is a type error here. */
export const handlers: ApiHandlers = {
  auth: authHandlers,
  event: eventHandlers,
  flavor: flavorHandlers,
  host: hostHandlers,
  hostKey: hostKeyHandlers,
  image: imageHandlers,
  instance: instanceHandlers,
  operation: operationHandlers,
  project: projectHandlers,
  sshKey: sshKeyHandlers,
  token: tokenHandlers,
  user: userHandlers,
  volume: volumeHandlers,
};
