import type { QueryClient, QueryKey } from '@tanstack/react-query';
import type { ResourceName } from '#server/contract/api.ts';
import type { Change, EventTopic } from '#server/contract/event.ts';

/** The procedures whose cached answers hold objects of a topic. `unmanaged` has a list only, below host. */
const resources: Record<EventTopic, ResourceName> = {
  instance: 'instance',
  volume: 'volume',
  operation: 'operation',
  image: 'image',
  host: 'host',
  unmanaged: 'host',
  flavor: 'flavor',
  project: 'project',
  'host-key': 'hostKey',
  'host-pool': 'hostPool',
  'placement-group': 'placementGroup',
  'quota-request': 'quotaRequest',
  notification: 'notification',
};

/** What the stream is listened to for. */
export const liveTopics = Object.keys(resources);

interface Versioned {
  id: string;
  version?: number;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isVersioned = (value: unknown): value is Versioned => isRecord(value) && typeof value.id === 'string';

const procedureOf = (key: QueryKey): readonly unknown[] => (Array.isArray(key[0]) ? key[0] : []);

/** Whether a message of the stream is a change: what is read of it here, no more, for our own server wrote it. */
export const isChange = (value: unknown): value is Change =>
  isRecord(value) &&
  typeof value.topic === 'string' &&
  Object.hasOwn(resources, value.topic) &&
  typeof value.entityId === 'string' &&
  typeof value.version === 'number';

/** Newer wins, equal too (a relist may carry the same version with fresher observed facts); older is ignored. */
const isNewer = (incoming: Versioned, present: Versioned): boolean =>
  incoming.version === undefined || present.version === undefined || incoming.version >= present.version;

/**
 * Puts `entity` into whatever shape a cached answer has: the object itself, a page, an infinite list of pages.
 * Answers the same reference where nothing changed, so that nothing is drawn again.
 */
export function patchAnswer(data: unknown, id: string, entity: unknown): unknown {
  if (isVersioned(data) && data.id === id) {
    return isVersioned(entity) && isNewer(entity, data) ? entity : data;
  }
  if (!isRecord(data)) return data;
  if (Array.isArray(data.items)) {
    const items = patchItems(data.items, id, entity);
    return items === data.items ? data : { ...data, items };
  }
  if (Array.isArray(data.pages)) {
    const pages = data.pages.map((page: unknown) => patchAnswer(page, id, entity));
    return pages.some((page, index) => page !== (data.pages as unknown[])[index]) ? { ...data, pages } : data;
  }
  return data;
}

function patchItems(items: unknown[], id: string, entity: unknown): unknown[] {
  const index = items.findIndex((item) => isVersioned(item) && item.id === id);
  if (index < 0) return items;
  if (entity === null) return items.filter((_, at) => at !== index);
  const present = items[index];
  if (!isVersioned(entity) || !isVersioned(present) || !isNewer(entity, present)) return items;
  return items.with(index, entity);
}

/**
 * Applies one change to the cache at once. Answers the keys that must be asked again: lists (an object may enter,
 * leave or move in them, and their counts change), and the object itself when it is gone.
 */
export function patchCache(queryClient: QueryClient, change: Change): QueryKey[] {
  const resource = resources[change.topic];
  const again: QueryKey[] = [];
  for (const query of queryClient.getQueryCache().getAll()) {
    const [name, verb] = procedureOf(query.queryKey);
    // What somebody may do in a project stands in who they are.
    if (change.topic === 'project' && name === 'auth' && verb === 'me') again.push(query.queryKey);
    // A quota that grew, or shrank, changes what a form that stands open may send.
    if (change.topic === 'project' && name === 'instance' && verb === 'check') again.push(query.queryKey);
    if (name !== resource) continue;
    const data: unknown = query.state.data;
    const patched = patchAnswer(data, change.entityId, change.entity);
    if (patched !== data) queryClient.setQueryData(query.queryKey, patched);
    const gone = change.entity === null && isVersioned(data) && data.id === change.entityId;
    if (verb !== 'get' || gone) again.push(query.queryKey);
  }
  return again;
}
