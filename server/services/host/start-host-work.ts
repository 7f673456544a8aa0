import type { Host } from '#server/contract/host.ts';
import type { Operation, OperationKind } from '#server/contract/operation.ts';
import type { OperationInput } from '#server/contract/operation-input.ts';
import type { AtollTx } from '#server/db/client.ts';
import { getHost } from '#server/db/host-store.ts';
import { enqueueOperation } from '#server/operations/engine/enqueue.ts';
import { operationView } from '../operation/operation-view.ts';
import type { ActorContext } from '../service-context.ts';
import { hostView } from './host-view.ts';

export interface StartedHostWork {
  host: Host;
  operation: Operation;
}

type HostKind = Extract<OperationKind, `host.${string}` | `container-image.${string}`>;

/**
 * Enqueues work on a host, within the transaction that admits it. `target` is what the work holds while it runs: the host itself,
 * or a container image, so that a long pull does not keep the doctor away.
 */
export async function enqueueHostWork<K extends HostKind>(
  tx: AtollTx,
  ctx: ActorContext,
  work: { kind: K; hostId: string; input: OperationInput<K>; target?: { type: string; id: string; name: string } },
): Promise<StartedHostWork> {
  const { hostId, kind, input } = work;
  const { name } = await getHost(tx, { id: hostId });
  const operation = await enqueueOperation(tx, {
    kind,
    projectId: null,
    target: work.target ?? { type: 'host', id: hostId, name },
    hostId,
    input,
    createdBy: { id: ctx.actor.userId, name: ctx.actor.name },
    requestId: ctx.requestId,
  });
  return { host: hostView(await getHost(tx, { id: hostId })), operation: operationView(operation) };
}
