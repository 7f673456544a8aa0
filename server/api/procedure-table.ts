import { api } from '#server/contract/api.ts';
import type { Endpoint } from '#server/contract/endpoint.ts';
import type { AnyHandler, Procedure } from './dispatch.ts';
import type { ApiHandlers } from './implement.ts';

/**
 * The registry joined with its handlers, by name. The types have paired each handler with its endpoint already; this is
 * where the pairs become one list, and where a missing half is refused at the start of the process.
 */
export function procedureTable(handlers: ApiHandlers): Map<string, Procedure> {
  const table = new Map<string, Procedure>();
  const written = handlers as unknown as Record<string, Record<string, AnyHandler | undefined> | undefined>;
  for (const [resource, verbs] of Object.entries<Record<string, Endpoint>>(api)) {
    for (const [verb, endpoint] of Object.entries(verbs)) {
      const name = `${resource}.${verb}`;
      table.set(name, pair(name, endpoint, written[resource]?.[verb]));
    }
  }
  return table;
}

/** Default deny: a procedure without a policy or without a handler is no procedure. */
export function pair(name: string, endpoint: Endpoint, handler: AnyHandler | undefined): Procedure {
  if (!handler) throw new Error(`The procedure ${name} has no handler.`);
  if (!(endpoint.policy as Endpoint['policy'] | undefined)) throw new Error(`The procedure ${name} has no policy.`);
  return { name, endpoint, handler };
}
