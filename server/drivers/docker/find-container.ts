import { dockerPath } from '#server/transport/docker-http/docker-path.ts';
import { DriverError, type InstanceRef, type Tag } from '../driver.ts';
import { containerListSchema, containerSchema, type DockerContainer } from './answers.ts';
import type { Call, DockerEngine } from './docker-engine.ts';
import { containerName, labelNames, readTag } from './labels.ts';

/** One container by its name or Docker's id; null when there is none. */
export function inspectContainer(engine: DockerEngine, call: Call, idOrName: string): Promise<DockerContainer | null> {
  return engine.find(call, containerSchema, dockerPath`/containers/${idOrName}/json`);
}

/**
 * Our container of an instance: by its name, or, when somebody has renamed it on the host, by its label. Null when there
 * is none; a stranger under that name is none.
 */
export async function findContainer(
  engine: DockerEngine,
  call: Call,
  instanceId: string,
): Promise<DockerContainer | null> {
  const named = await inspectContainer(engine, call, containerName(instanceId));
  if (named && readTag(named.Config.Labels)?.instanceId === instanceId) return named;
  const filters = { label: [`${labelNames.instance}=${instanceId}`] };
  const [labelled] = await engine.get(call, containerListSchema, dockerPath`/containers/json`, { all: true, filters });
  return labelled ? inspectContainer(engine, call, labelled.Id) : null;
}

/**
 * Our container of an instance, to be changed.
 *
 * @throws DriverError `not_found` when there is none, `conflict` when it is another generation or project's.
 */
export async function requireContainer(engine: DockerEngine, call: Call, ref: InstanceRef): Promise<DockerContainer> {
  const container = await findContainer(engine, call, ref.id);
  if (!container) {
    throw new DriverError('not_found', 'There is no container of this instance on the host.', { outcome: 'not_done' });
  }
  requireSameTag(readTag(container.Config.Labels), ref);
  return container;
}

/** @throws DriverError `conflict` unless the tag is that of exactly this instance, project and generation. */
export function requireSameTag(tag: Tag | null, ref: InstanceRef): void {
  if (tag?.instanceId === ref.id && tag.projectId === ref.projectId && tag.generation === ref.generation) return;
  const found = tag ? `generation ${tag.generation} of project ${tag.projectId}` : 'no tag';
  const message = `The container on the host is not this instance any more: it has ${found}.`;
  throw new DriverError('conflict', message, { outcome: 'not_done' });
}
