import type { z } from 'zod';
import type { Endpoint } from './endpoint.ts';
import { eventApi } from './event.ts';
import { flavorApi } from './flavor.ts';
import { hostApi, hostKeyApi } from './host.ts';
import { authApi, sshKeyApi, tokenApi, userApi } from './identity.ts';
import { imageApi } from './image.ts';
import { instanceApi } from './instance-api.ts';
import { operationApi } from './operation.ts';
import { projectApi } from './project.ts';
import { volumeApi } from './volume.ts';

/**
 * The registry of every procedure. The tRPC router, the REST routes, the OpenAPI document, the access matrix test and
 * the scope documentation all come from it. `GET /events` (SSE) and `PUT /images/{image}/data` carry no JSON and stand
 * beside it in server/api.
 */
export const api = {
  auth: authApi,
  event: eventApi,
  flavor: flavorApi,
  host: hostApi,
  hostKey: hostKeyApi,
  image: imageApi,
  instance: instanceApi,
  operation: operationApi,
  project: projectApi,
  sshKey: sshKeyApi,
  token: tokenApi,
  user: userApi,
  volume: volumeApi,
} as const satisfies Record<string, Record<string, Endpoint>>;

export type Api = typeof api;
export type ResourceName = keyof Api;

export type InputOf<E extends Endpoint> = z.output<E['input']>;
export type RawInputOf<E extends Endpoint> = z.input<E['input']>;
export type OutputOf<E extends Endpoint> = z.output<E['output']>;
