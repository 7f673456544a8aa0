import type { LogQuery } from '#server/contract/console.ts';
import { AtollError } from '#server/contract/errors.ts';
import { inTx } from '#server/db/client.ts';
import { getInstance } from '#server/db/instance-store.ts';
import type { ProjectContext } from '../service-context.ts';
import { mintTicket } from './mint-ticket.ts';

/**
 * The log of a container, or what a VM has printed on its serial console, as bytes that come as fast as they are read. Rights are looked
 * at again for as long as it is open.
 * Throws `not_found`, `validation_failed` for times of a VM, `unavailable` without a worker, `rate_limited`, and what the host says.
 */
export async function openInstanceLog(
  ctx: ProjectContext,
  input: LogQuery & { instance: string },
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const { instance: instanceId, follow, since, until, tail, timestamps, format } = input;
  const projectId = ctx.project.id;
  const instance = await getInstance(ctx.app.db, { projectId, id: instanceId });
  if (instance.kind === 'vm') refuseTimes({ since, until });
  const options = { follow, since: since ?? null, until: until ?? null, tail: tail ?? null, timestamps, format };
  const wanted = { kind: 'logs' as const, projectId, instanceId, shareId: null, viewOnly: true, options };
  const { ticket } = await inTx(ctx.app.db, (tx) => mintTicket(tx, ctx, wanted));
  return ctx.app.logs.open(ticket, { address: ctx.ip, signal });
}

function refuseTimes(times: Record<string, string | undefined>): void {
  const [given] = Object.entries(times).find(([, value]) => value !== undefined) ?? [];
  if (!given) return;
  const message = 'The serial console of a VM keeps no times: use tail.';
  throw new AtollError('validation_failed', message, { fields: [{ pointer: `/${given}`, code: 'invalid', message }] });
}
