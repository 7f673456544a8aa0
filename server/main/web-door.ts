import { buildRouter } from '#server/api/build-router.ts';
import { handlers } from '#server/api/handlers.ts';
import { openCall } from '#server/api/open-call.ts';
import { procedureTable } from '#server/api/procedure-table.ts';
import { handleRest, restEdge } from '#server/api/rest/handle-rest.ts';
import { openapiDocument } from '#server/api/rest/openapi-document.ts';
import { handleTrpc } from '#server/api/trpc-handler.ts';
import { outboxHead } from '#server/db/outbox-store.ts';
import type { WebApp } from '#server/services/service-context.ts';
import type { WebDoor } from './door.ts';
import { startIdHeader } from './wait-for-health.ts';

/** What this process answers, over the registry and its handlers. Its health names the start that it belongs to. */
export function createWebDoor(app: WebApp, startId: string): WebDoor {
  const table = procedureTable(handlers);
  const router = buildRouter(table);
  const edge = restEdge(app, table, JSON.stringify(openapiDocument({ origin: app.origin, version: app.version })));
  return {
    trpc: (request) => handleTrpc(app, router, request),
    rest: (request) => handleRest(edge, request),
    health: () => health(app, startId),
    async prefetch(headers) {
      const ctx = await openCall(app, { headers });
      return { router, ctx, signedIn: ctx.actor !== null };
    },
  };
}

async function health(app: WebApp, startId: string): Promise<Response> {
  const headers = { 'cache-control': 'no-store', [startIdHeader]: startId };
  try {
    // The smallest read that also says that the database is migrated.
    await outboxHead(app.db);
    return Response.json({ status: 'ok', version: app.version }, { headers });
  } catch (error) {
    app.log.warn({ err: error }, 'PostgreSQL does not answer');
    return Response.json({ status: 'unavailable', version: app.version }, { status: 503, headers });
  }
}
