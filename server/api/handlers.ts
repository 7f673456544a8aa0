import type { ApiHandlers } from './implement.ts';
import { auditHandlers } from './routers/audit.ts';
import { authHandlers } from './routers/auth.ts';
import { consoleHandlers } from './routers/console.ts';
import { eventHandlers } from './routers/event.ts';
import { flavorHandlers } from './routers/flavor.ts';
import { hostHandlers, hostKeyHandlers } from './routers/host.ts';
import { hostPoolHandlers } from './routers/host-pool.ts';
import { sshKeyHandlers, tokenHandlers, userHandlers } from './routers/identity.ts';
import { imageHandlers } from './routers/image.ts';
import { instanceHandlers } from './routers/instance.ts';
import { invitationHandlers } from './routers/invitation.ts';
import { memberHandlers, roleHandlers } from './routers/member.ts';
import { operationHandlers } from './routers/operation.ts';
import { placementGroupHandlers, placementHandlers } from './routers/placement.ts';
import { projectHandlers } from './routers/project.ts';
import { queueHandlers } from './routers/queue.ts';
import { notificationHandlers, quotaHandlers, quotaRequestHandlers } from './routers/quota.ts';
import {
  identityProviderHandlers,
  linkedIdentityHandlers,
  passkeyHandlers,
  secondFactorHandlers,
  signInHandlers,
  stepUpHandlers,
} from './routers/sign-in.ts';
import { priceHandlers, usageHandlers } from './routers/usage.ts';
import { volumeHandlers } from './routers/volume.ts';

/** Every procedure of the registry with its handler; one that is missing is a type error here. */
export const handlers: ApiHandlers = {
  audit: auditHandlers,
  auth: authHandlers,
  console: consoleHandlers,
  event: eventHandlers,
  flavor: flavorHandlers,
  host: hostHandlers,
  hostKey: hostKeyHandlers,
  hostPool: hostPoolHandlers,
  identityProvider: identityProviderHandlers,
  image: imageHandlers,
  instance: instanceHandlers,
  invitation: invitationHandlers,
  linkedIdentity: linkedIdentityHandlers,
  member: memberHandlers,
  notification: notificationHandlers,
  operation: operationHandlers,
  passkey: passkeyHandlers,
  placement: placementHandlers,
  placementGroup: placementGroupHandlers,
  price: priceHandlers,
  project: projectHandlers,
  queue: queueHandlers,
  quota: quotaHandlers,
  quotaRequest: quotaRequestHandlers,
  role: roleHandlers,
  secondFactor: secondFactorHandlers,
  signIn: signInHandlers,
  sshKey: sshKeyHandlers,
  stepUp: stepUpHandlers,
  token: tokenHandlers,
  usage: usageHandlers,
  user: userHandlers,
  volume: volumeHandlers,
};
