import type { Change, EventTopic } from '#server/contract/event.ts';
import {
  findFlavorsById,
  findHostKeyScansById,
  findHostPoolsById,
  findHostsById,
  findImagesById,
  findInstancesById,
  findOperationsById,
  findPlacementGroupsById,
  findProjectsById,
  findQuotaRequestsById,
  findUnmanagedByEntityId,
  findVolumesById,
} from '#server/db/changed-entity-store.ts';
import type { DbOrTx } from '#server/db/client.ts';
import type { OutboxRow } from '#server/db/outbox-store.ts';
import type { Actor } from '../access/actor.ts';
import { flavorView } from '../flavor/flavors.ts';
import { hostView } from '../host/host-view.ts';
import { unmanagedView } from '../host/read-hosts.ts';
import { hostPoolView } from '../host-pool/host-pool-view.ts';
import { imageView } from '../image/image-view.ts';
import { instanceView } from '../instance/instance-view.ts';
import { operationView } from '../operation/operation-view.ts';
import { placementGroupView } from '../placement-group/placement-groups.ts';
import { projectView } from '../project/project-view.ts';
import { quotaRequestView } from '../quota-request/quota-request-view.ts';
import { volumeView } from '../volume/volume-view.ts';

/** The public object of an entity id for one actor; null when it is gone. */
type Views = ReadonlyMap<string, (actor: Actor) => unknown>;

/** How the rows of each topic are read and shown. */
const loaders: Record<EventTopic, (db: DbOrTx, ids: readonly string[]) => Promise<Views>> = {
  instance: async (db, ids) => byId(await findInstancesById(db, ids), instanceView),
  volume: async (db, ids) => byId(await findVolumesById(db, ids), volumeView),
  operation: async (db, ids) => byId(await findOperationsById(db, ids), operationView),
  image: async (db, ids) => byId(await findImagesById(db, ids), imageView),
  host: async (db, ids) => byId(await findHostsById(db, ids), hostView),
  flavor: async (db, ids) => byId(await findFlavorsById(db, ids), flavorView),
  'host-key': async (db, ids) =>
    byId(await findHostKeyScansById(db, ids), (row) => ({ ...row, createdAt: row.createdAt.toISOString() })),
  'host-pool': async (db, ids) => byId(await findHostPoolsById(db, ids), hostPoolView),
  'placement-group': async (db, ids) => byId(await findPlacementGroupsById(db, ids), placementGroupView),
  'quota-request': async (db, ids) => byId(await findQuotaRequestsById(db, ids), quotaRequestView),
  // Of a person's whole list: what is in it they ask for themselves.
  notification: async (_db, ids) => new Map(ids.map((id) => [id, () => ({ id })])),
  unmanaged: async (db, ids) =>
    new Map(
      (await findUnmanagedByEntityId(db, ids)).map((row) => [`${row.hostId}/${row.id}`, () => unmanagedView(row)]),
    ),
  // A project shows the role of who looks at it.
  project: async (db, ids) =>
    new Map((await findProjectsById(db, ids)).map((row) => [row.id, (actor) => projectView(actor, row)])),
};

const byId = <Row extends { id: string }>(rows: Row[], view: (row: Row) => unknown): Views =>
  new Map(rows.map((row) => [row.id, () => view(row)]));

/** Rows of a batch that were read already: all readers of the process get the same array. */
const loaded = new WeakMap<readonly OutboxRow[], Map<EventTopic, Promise<Views>>>();

/**
 * The changes of a batch as one actor sees them. `visible` has said before which of them the actor may see. Each topic is read
 * once for all readers of the batch.
 */
export async function describeChanges(
  db: DbOrTx,
  actor: Actor,
  batch: readonly OutboxRow[],
  visible: (change: OutboxRow) => boolean,
): Promise<Change[]> {
  const changes: Change[] = [];
  for (const row of batch.filter(visible)) {
    const views = await viewsOf(db, batch, row.topic);
    changes.push({
      seq: String(row.seq),
      topic: row.topic,
      entityId: row.entityId,
      projectId: row.projectId,
      version: row.version,
      at: row.at.toISOString(),
      entity: inProjectOf(row, views.get(row.entityId)?.(actor) ?? null),
    });
  }
  return changes;
}

/**
 * What has moved to another project since is gone from this one: whoever may see the change of then may not see the thing of now
 * (rows are read when the change is told, not when it was made).
 */
function inProjectOf(row: OutboxRow, entity: unknown): unknown {
  const moved = entity instanceof Object && 'projectId' in entity && entity.projectId !== row.projectId;
  return moved ? null : entity;
}

function viewsOf(db: DbOrTx, batch: readonly OutboxRow[], topic: EventTopic): Promise<Views> {
  const topics = loaded.get(batch) ?? new Map<EventTopic, Promise<Views>>();
  loaded.set(batch, topics);
  const known = topics.get(topic);
  if (known) return known;
  const ids = [...new Set(batch.filter((row) => row.topic === topic).map((row) => row.entityId))];
  const views = loaders[topic](db, ids);
  topics.set(topic, views);
  return views;
}
