import type { z } from 'zod';
import { auditApi } from './audit.ts';
import { consoleApi } from './console.ts';
import type { Endpoint } from './endpoint.ts';
import { eventApi } from './event.ts';
import { flavorApi } from './flavor.ts';
import { hostApi, hostKeyApi } from './host.ts';
import { hostPoolApi } from './host-pool.ts';
import { authApi, sshKeyApi, tokenApi, userApi } from './identity.ts';
import { identityProviderApi } from './identity-provider.ts';
import { imageApi } from './image.ts';
import { instanceApi } from './instance-api.ts';
import { invitationApi } from './invitation.ts';
import { memberApi } from './member.ts';
import { notificationApi } from './notification.ts';
import { operationApi } from './operation.ts';
import { placementApi } from './placement.ts';
import { placementGroupApi } from './placement-group.ts';
import { priceApi } from './price.ts';
import { projectApi } from './project.ts';
import { queueApi } from './queue.ts';
import { quotaApi } from './quota.ts';
import { quotaRequestApi } from './quota-request.ts';
import { roleApi } from './role.ts';
import { linkedIdentityApi, passkeyApi, secondFactorApi, stepUpApi } from './second-factor.ts';
import { signInApi } from './sign-in.ts';
import { usageApi } from './usage.ts';
import { volumeApi } from './volume.ts';

/**
 * The registry of every procedure. The tRPC router, the REST routes, the OpenAPI document, the access matrix test and
 * the scope documentation all come from it. `GET /events` (SSE), `PUT /images/{image}/data` and exports carry no JSON and stand
 * beside it in server/api.
 */
export const api = {
  audit: auditApi,
  auth: authApi,
  console: consoleApi,
  event: eventApi,
  flavor: flavorApi,
  host: hostApi,
  hostKey: hostKeyApi,
  hostPool: hostPoolApi,
  identityProvider: identityProviderApi,
  image: imageApi,
  instance: instanceApi,
  invitation: invitationApi,
  linkedIdentity: linkedIdentityApi,
  member: memberApi,
  notification: notificationApi,
  operation: operationApi,
  passkey: passkeyApi,
  placement: placementApi,
  placementGroup: placementGroupApi,
  price: priceApi,
  project: projectApi,
  quota: quotaApi,
  quotaRequest: quotaRequestApi,
  queue: queueApi,
  role: roleApi,
  secondFactor: secondFactorApi,
  signIn: signInApi,
  sshKey: sshKeyApi,
  stepUp: stepUpApi,
  token: tokenApi,
  usage: usageApi,
  user: userApi,
  volume: volumeApi,
} as const satisfies Record<string, Record<string, Endpoint>>;

export type Api = typeof api;
export type ResourceName = keyof Api;

export type InputOf<E extends Endpoint> = z.output<E['input']>;
export type RawInputOf<E extends Endpoint> = z.input<E['input']>;
export type OutputOf<E extends Endpoint> = z.output<E['output']>;
