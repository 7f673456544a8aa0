import { AtollError } from '#server/contract/errors.ts';
import {
  getHostKeyScan,
  type HostKeyScanRow,
  insertHostKeyScan,
  listHostKeyScans,
} from '#server/db/host-key-scan-store.ts';
import { findSetting } from '#server/db/setting-store.ts';
import { enqueueOperation } from '#server/operations/engine/enqueue.ts';
import { newId } from '#server/platform/id.ts';
import { startWork } from '../change.ts';
import { waitForOperation } from '../operation/wait-for-operation.ts';
import { type ListInput, pageOfList } from '../page.ts';
import type { ActorContext } from '../service-context.ts';

/** Somebody looks at the form all the while; after this the answer says `scanning` and the page follows by events. */
const scanWaitMs = 10_000;

const view = (row: HostKeyScanRow) => ({ ...row, createdAt: row.createdAt.toISOString() });

/** Host keys that were scanned of late, newest first. */
export async function listScans(ctx: ActorContext, input: ListInput) {
  return pageOfList(ctx, ['host-keys'], input, (page) => listHostKeyScans(ctx.app.db, page), view);
}

/** One scan. Throws `not_found`. */
export async function getScan(ctx: ActorContext, input: { hostKey: string }) {
  return view(await getHostKeyScan(ctx.app.db, { id: input.hostKey }));
}

/** Lets the worker read the host keys of a machine without signing in, and waits a little for them. */
export async function scanHostKeys(ctx: ActorContext, input: { address: string; port: number }) {
  const id = newId();
  const operationId = newId();
  const name = `${input.address}:${input.port}`;
  const what = { action: 'hostKey.scan', target: { type: 'host-key', id }, detail: { ...input } };
  await startWork(ctx, what, async (tx) => {
    const row = await insertHostKeyScan(tx, { id, ...input });
    await enqueueOperation(tx, {
      id: operationId,
      kind: 'host-key.scan',
      projectId: null,
      target: { type: 'host-key', id, name },
      input: { hostKeyScanId: id },
      createdBy: { id: ctx.actor.userId, name: ctx.actor.name },
      requestId: ctx.requestId,
      // Before everything else: it is short, and somebody waits.
      priority: 10,
    });
    return view(row);
  });
  await waitForOperation(ctx, operationId, scanWaitMs, AbortSignal.timeout(scanWaitMs));
  return view(await getHostKeyScan(ctx.app.db, { id }));
}

/** Atoll's own public key, for authorized_keys. Throws `unavailable` before the first start has written it. */
export async function getSshIdentity(ctx: ActorContext) {
  const identity = await findSetting(ctx.app.db, 'sshIdentity');
  if (!identity) throw new AtollError('unavailable', undefined, { detail: 'the setting sshIdentity is missing' });
  return identity;
}
