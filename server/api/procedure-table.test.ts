import { expect, it } from 'vitest';
import { z } from 'zod';
import { endpoint } from '#server/contract/endpoint.ts';
import { flavorApi } from '#server/contract/flavor.ts';
import { admit } from '#server/services/access/enter.ts';
import { handlers } from './handlers.ts';
import { implement } from './implement.ts';
import { pair, procedureTable } from './procedure-table.ts';

const declared = { type: 'query', summary: 'x', rest: null, input: z.strictObject({}), output: z.null() } as const;
const handler = () => Promise.resolve(null);

it('refuses a procedure without handler or policy when the process starts', () => {
  const open = endpoint({ ...declared, policy: { kind: 'public' } });
  expect(() => pair('x.y', open, handler)).not.toThrow();
  expect(() => pair('x.y', open, undefined)).toThrow('no handler');
  // @ts-expect-error a procedure without a policy does not compile
  const bare = endpoint(declared);
  expect(() => pair('x.y', bare, handler)).toThrow('no policy');
});

it('does not compile with a handler missing, too many, or of another output', () => {
  const { list, get, create, update, delete: remove } = handlers.flavor;
  // @ts-expect-error `delete` is missing
  implement(flavorApi, { list, get, create, update });
  // @ts-expect-error `paint` is no procedure
  implement(flavorApi, { list, get, create, update, delete: remove, paint: list });
  // @ts-expect-error the output of `get` is a flavor
  implement(flavorApi, { list, get: () => Promise.resolve({ id: 1 }), create, update, delete: remove });
});

it('has a handler for every procedure', () => {
  expect(procedureTable(handlers).size).toBeGreaterThan(60);
});

it('denies a policy that nobody knows', () => {
  const unknown = { kind: 'someday' } as unknown as Parameters<typeof admit>[1];
  const actor = {
    userId: 'u',
    email: 'u@example.org',
    name: 'U',
    role: 'admin',
    createdAt: new Date(),
    memberships: [],
    via: { type: 'session', sessionId: 's', elevated: true },
  } as const;
  expect(() => admit(actor, unknown)).toThrow('no policy');
  expect(() => admit(null, unknown)).toThrow();
});
