import { dockerPath } from '#server/transport/docker-http/docker-path.ts';
import type { HostInventory, ObservedInstance } from '../driver.ts';
import { containerListSchema, type DockerContainerSummary } from './answers.ts';
import type { Call, DockerEngine } from './docker-engine.ts';
import { inspectContainer } from './find-container.ts';
import { containerName, readTag } from './labels.ts';
import { listNetworkProjects } from './networks.ts';
import { observeContainer, observeSummary } from './observe.ts';
import { listVolumes } from './volumes.ts';

/** How many containers are looked at side by side. */
const parallel = 8;

/**
 * All containers of the host, ours and others', and our volumes and networks. Ours that do not run are looked at one by
 * one, because the list does not say why they ended.
 */
export async function listInventory(engine: DockerEngine, call: Call): Promise<HostInventory> {
  const [summaries, volumes, projects] = await Promise.all([
    engine.get(call, containerListSchema, dockerPath`/containers/json`, { all: true }),
    listVolumes(engine, call),
    listNetworkProjects(engine, call),
  ]);
  const seen: Seen[] = [];
  for (let at = 0; at < summaries.length; at += parallel) {
    const batch = summaries.slice(at, at + parallel).map((summary) => look(engine, call, summary));
    seen.push(...(await Promise.all(batch)).filter((each) => each !== null));
  }
  return {
    instances: disownCopies(seen),
    volumes,
    leftovers: projects.map((projectId) => ({ kind: 'network' as const, id: projectId })),
  };
}

interface Seen {
  containerId: string;
  observed: ObservedInstance;
}

/** Null when the container has gone since it was listed. */
async function look(engine: DockerEngine, call: Call, summary: DockerContainerSummary): Promise<Seen | null> {
  const containerId = summary.Id;
  if (summary.State === 'running' || readTag(summary.Labels) === null) {
    return { containerId, observed: observeSummary(summary) };
  }
  const container = await inspectContainer(engine, call, containerId);
  return container && { containerId, observed: observeContainer(container) };
}

/** Labels can be copied (docker commit keeps them); of two with one tag the one with our name is the instance. */
function disownCopies(seen: Seen[]): ObservedInstance[] {
  const count = new Map<string, number>();
  for (const { observed } of seen) count.set(observed.id, (count.get(observed.id) ?? 0) + 1);
  return seen.map(({ containerId, observed }) => {
    const isCopy = (count.get(observed.id) ?? 0) > 1 && observed.name !== containerName(observed.id);
    return isCopy ? { ...observed, id: containerId, tag: null } : observed;
  });
}
