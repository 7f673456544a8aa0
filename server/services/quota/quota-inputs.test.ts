import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { poolQuotaResources, quotaResources } from '#server/contract/quota-resources.ts';
import { findViolations } from '#server/db/invariants.ts';
import { getProject } from '#server/db/project-store.ts';
import { type AccessWorld, buildAccessWorld, freshName } from '#server/testing/access-world.ts';

/** Security.md 56: what is no count is refused at the edge, whatever it looks like, and leaves nothing behind. */
let world: AccessWorld;
beforeAll(async () => {
  world = await buildAccessWorld();
});
afterAll(() => world.web.stop());

/** JSON as it goes over the wire: 1e309 is read as Infinity. */
const noCount = fc.oneof(
  fc.integer({ max: -1 }).map(String),
  fc
    .double({ noNaN: true, noDefaultInfinity: true, min: 0.001, max: 1e6 })
    .filter((value) => !Number.isInteger(value))
    .map(String),
  fc.integer({ min: 1_000_000_001, max: Number.MAX_SAFE_INTEGER }).map(String),
  fc.constantFrom('1e309', '-1e309', '1e16', '9007199254740993', '18446744073709551616', '-0.5', '1e-7'),
  fc.constantFrom('"5"', 'true', '[]', '{}', '"1e3"', '""'),
);
const poolId = '01900000-0000-7000-8000-000000000001';
const limits = fc.record({ resource: fc.constantFrom(...quotaResources), value: noCount });
type Call = (resource: string, value: string) => [method: string, path: string, body: string];

const calls: Record<string, Call> = {
  'limits of a project': (resource, value) => [
    'PATCH',
    `/projects/${world.projectA}/quota`,
    `{"quota":{"${resource}":${value}}}`,
  ],
  'a new project': (resource, value) => ['POST', '/projects', `{"name":"x","quota":{"${resource}":${value}}}`],
  'limits of new projects': (resource, value) => ['PUT', '/quota-defaults', `{"${resource}":${value}}`],
  'limits in a pool': (resource, value) => [
    'PATCH',
    `/projects/${world.projectA}/pool-quotas/${poolId}`,
    `{"quota":{"${(poolQuotaResources as readonly string[]).includes(resource) ? resource : 'vcpus'}":${value}}}`,
  ],
  'a request for more': (resource, value) => [
    'POST',
    `/projects/${world.projectA}/quota-requests`,
    `{"reason":"x","limits":{"${resource}":${value}}}`,
  ],
  'an instance': (resource, value) => {
    const field = ['vcpus', 'memoryMiB', 'count'][resource.length % 3];
    const name = freshName();
    return [
      'POST',
      `/projects/${world.projectA}/instances`,
      `{"kind":"container","name":"${name}","image":"nginx:1","${field}":${value}}`,
    ];
  },
};

const state = async () => {
  const { owner } = world.web;
  const { quota } = await getProject(owner, { id: world.projectA });
  const counts = [owner.project, owner.quotaRequest, owner.instance, owner.reservation, owner.poolQuota, owner.setting];
  return [quota, await Promise.all(counts.map((table) => (table as typeof owner.project).count()))];
};

it.each(Object.entries(calls))('refuses what is no count in %s', { timeout: 120_000 }, async (_, call) => {
  const before = await state();
  const cookie = await world.web.sessionOf(world.users.admin);
  await fc.assert(
    fc.asyncProperty(limits, async ({ resource, value }) => {
      const [method, path, rawBody] = call(resource, value);
      const answer = await world.web.rest(path, { method, rawBody, cookie });
      expect(answer.status, `${rawBody}: ${JSON.stringify(answer.body)}`).toBe(400);
      expect(answer.body).toMatchObject({ code: 'validation_failed' });
    }),
    { numRuns: 40 },
  );
  expect(await state()).toEqual(before);
  expect(await findViolations(world.web.owner)).toEqual([]);
});
