import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api } from '#server/contract/api.ts';
import { derived, type Outcome, open, row } from '#server/testing/access-expected.ts';
import { accessTable, ownedBy } from '#server/testing/access-table.ts';
import { type AccessWorld, buildAccessWorld, type Caller, callers } from '#server/testing/access-world.ts';
import { AuditWatch } from '#server/testing/audit-watch.ts';

/*
 * Every procedure of the registry × everybody who may come along (security.md 28, 38). The table says what each of them must get;
 * a procedure without a row fails. `passes` means that access was granted: whatever else may be wrong with the request is the
 * business of other tests.
 */

const procedures = Object.entries(api).flatMap(([resource, verbs]) =>
  Object.entries(verbs).map(([verb, endpoint]) => ({
    name: `${resource}.${verb}`,
    type: endpoint.type,
    policy: endpoint.policy,
  })),
);

let world: AccessWorld;
let watch: AuditWatch;
beforeAll(async () => {
  world = await buildAccessWorld();
  watch = new AuditWatch(world.web.owner);
});
afterAll(() => world.web.stop());

it('has a row for every procedure of the registry, and none for others', () => {
  expect(Object.keys(accessTable).sort()).toEqual(procedures.map(({ name }) => name).sort());
});

describe.each(procedures)('$name', ({ name, type, policy }) => {
  // Who has no good credential is limited by address: each procedure is asked from one of its own.
  const at = procedures.findIndex((each) => each.name === name);
  const headers = { 'x-forwarded-for': `10.9.${Math.floor(at / 250)}.${(at % 250) + 1}` };

  it('is answered to each caller as the table says', async () => {
    const asked = accessTable[name] ?? row(open);
    const { input } = asked;
    const expected = { ...asked.expected, ...derived(asked, policy) };
    const actual: Partial<Record<Caller, Outcome>> = {};
    // All callers are at one address, and share its attempts to sign in.
    await world.web.owner.rateBucket.deleteMany({ where: { key: { startsWith: 'sign-in:' } } });
    for (const caller of callers) {
      const credentials = { ...world.credentials[caller] };
      // Signing out ends the session: every caller signs out of one of their own.
      if (name.startsWith('auth.sign') && credentials.cookie)
        credentials.cookie = await world.web.sessionOf(ownedBy(world, caller));
      const answer = await world.web.trpc(name, type, await input(world, caller), { ...credentials, headers });
      const { cookie, token } = credentials;
      const code = answer.body.error?.data.problem.code as string | undefined;
      const signedIn =
        caller !== 'disabled' && caller !== 'anonymous' && caller !== 'revokedToken' && caller !== 'expiredToken';
      const left = { name, type, status: answer.status, code, signedIn, viaToken: token !== undefined && !cookie };
      expect(await watch.findFault(left), caller).toBeNull();
      const refused = [401, 403, 404].includes(answer.status);
      expect(answer.status, `${name} as ${caller}: ${JSON.stringify(answer.body.error?.data.problem)}`).toBeLessThan(
        500,
      );
      actual[caller] = refused ? (answer.status as Outcome) : 'passes';
      if (name === 'auth.signOutEverywhere')
        for (const each of callers)
          if (world.credentials[each].cookie)
            world.credentials[each].cookie = await world.web.sessionOf(ownedBy(world, each));
    }
    expect(actual).toEqual(expected);
  });
});
