import { OpenAPIClientAxios } from 'openapi-client-axios';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api } from '#server/contract/api.ts';
import type { Endpoint } from '#server/contract/endpoint.ts';
import { type AccessWorld, buildAccessWorld, freshName } from '#server/testing/access-world.ts';
import { openapiDocument } from './openapi-document.ts';
import { openapiExamples } from './openapi-examples.ts';

const document = openapiDocument({ origin: 'https://atoll.example', version: '1.2.3' });
const endpoints = Object.entries<Record<string, Endpoint>>(api).flatMap(([resource, verbs]) =>
  Object.entries(verbs).map(([verb, endpoint]) => ({ name: `${resource}.${verb}`, endpoint })),
);

describe('the OpenAPI document', () => {
  it('has an operation for every REST route of the registry, under a name of its own', () => {
    const operations = Object.values(document.paths ?? {}).flatMap((path) => Object.values(path ?? {}));
    const ids = operations.map((operation) => (operation as { operationId: string }).operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { name, endpoint } of endpoints) {
      const { rest } = endpoint;
      if (!rest) continue;
      const path = (document.paths?.[rest.path] ?? {}) as Record<string, Record<string, unknown>>;
      const operation = path[rest.method.toLowerCase()];
      expect(operation, name).toBeDefined();
      expect(Object.keys(operation?.responses as object), name).toContain(String(rest.status ?? 200));
    }
  });

  it('names the permission of every operation', () => {
    for (const { endpoint } of endpoints) {
      if (!endpoint.rest || !('permission' in endpoint.policy)) continue;
      const path = (document.paths?.[endpoint.rest.path] ?? {}) as Record<string, { security: unknown }>;
      expect(path[endpoint.rest.method.toLowerCase()]?.security).toEqual([{ token: [endpoint.policy.permission] }]);
    }
  });

  it.each(Object.entries(openapiExamples))('has an example for %s that its input schema takes', (name, example) => {
    const endpoint = endpoints.find((each) => each.name === name)?.endpoint;
    const id = '01980000-0000-7000-8000-000000000000';
    const params = [...(endpoint?.rest?.path ?? '').matchAll(/\{(\w+)\}/g)].map((match) => [match[1], id]);
    expect(endpoint?.input.safeParse({ ...example, ...Object.fromEntries(params) })).toMatchObject({ success: true });
  });

  it('resolves every reference that it makes', () => {
    const text = JSON.stringify(document);
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g))
      expect(document.components?.schemas).toHaveProperty(name ?? '');
  });
});

describe('a client that was made from the document', () => {
  let world: AccessWorld;
  beforeAll(async () => {
    world = await buildAccessWorld();
  });
  afterAll(() => world.web.stop());

  it('creates a flavor and a container, and follows its operation', async () => {
    const served = await fetch(`${world.web.url}/api/v1/openapi.json`);
    expect(served.headers.get('content-type')).toBe('application/json');
    const token = await world.web.tokenOf(world.users.admin, ['all']);
    const definition = (await served.json()) as ConstructorParameters<typeof OpenAPIClientAxios>[0]['definition'];
    const builder = new OpenAPIClientAxios({
      definition,
      axiosConfigDefaults: { baseURL: `${world.web.url}/api/v1`, headers: { authorization: `Bearer ${token}` } },
    });
    const client = await builder.init();
    const call = (name: string, params: Record<string, string>, body?: unknown) =>
      client[name]?.(params, body, { headers: { 'Idempotency-Key': freshName() } }) as Promise<{
        status: number;
        data: { id: string; kind: string; operation: { id: string } };
      }>;
    const flavor = await call('flavorCreate', {}, { name: freshName(), vcpus: 1, memoryMiB: 64, diskGiB: 1 });
    expect(flavor.status).toBe(201);
    const made = await call('instanceCreate', { project: world.projectA }, openapiExamples['instance.create']);
    expect(made.status).toBe(202);
    const operation = await call('operationGet', { operation: made.data.operation.id });
    expect(operation.data).toMatchObject({ id: made.data.operation.id, kind: 'instance.create' });
  });
});
