import { type ConsoleTicket, consolePath, consoleSubprotocol } from '#server/contract/console.ts';
import type { AtollTx } from '#server/db/client.ts';
import { type ConsoleGrant, insertConsoleTicket } from '#server/db/console-ticket-store.ts';
import { newToken } from '#server/platform/hash.ts';
import type { ActorContext } from '../service-context.ts';

/** Time to open a WebSocket in, and no more: security.md 41. */
const ticketSeconds = 30;

export type TicketFor = Pick<ConsoleGrant, 'kind' | 'projectId' | 'instanceId' | 'shareId' | 'viewOnly'> & {
  options: Record<string, unknown>;
};

/** Makes a ticket that is bound to the credential of this request. Only its hash is stored. */
export async function mintTicket(tx: AtollTx, ctx: ActorContext, wanted: TicketFor): Promise<ConsoleTicket> {
  const { token, hash } = newToken('');
  const { via, userId } = ctx.actor;
  const expiresAt = await insertConsoleTicket(tx, {
    ...wanted,
    userId,
    sessionId: via.type === 'session' ? via.sessionId : null,
    tokenId: via.type === 'token' ? via.tokenId : null,
    ip: ctx.ip,
    tokenHash: hash,
    ttlSeconds: ticketSeconds,
  });
  const url = new URL(consolePath, ctx.app.origin);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return { ticket: token, url: url.href, subprotocol: consoleSubprotocol, expiresAt: expiresAt.toISOString() };
}
