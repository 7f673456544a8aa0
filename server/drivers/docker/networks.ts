import { dockerPath } from '#server/transport/docker-http/docker-path.ts';
import { DriverError } from '../driver.ts';
import { containerListSchema, networkListSchema } from './answers.ts';
import { type Call, type DockerEngine, hasStatus } from './docker-engine.ts';
import { bridgeName, labelNames, networkName } from './labels.ts';

/** How often a network is looked for, ten times a second, whose bridge Docker has reserved for another call. */
const createAttempts = 50;

/**
 * Makes the project's own bridge network unless it is there. Docker allows two networks of one name, but not two of one
 * bridge, and the bridge's name follows from the project: of several attempts at once one comes through, and the others
 * wait until its network is to be seen.
 */
export async function ensureNetwork(engine: DockerEngine, call: Call, projectId: string): Promise<void> {
  const body = {
    Name: networkName(projectId),
    CheckDuplicate: true,
    Driver: 'bridge',
    Options: { 'com.docker.network.bridge.name': bridgeName(projectId) },
    Labels: { [labelNames.network]: 'default', [labelNames.project]: projectId },
  };
  for (let attempt = 1; !(await hasNetwork(engine, call, projectId)); attempt += 1) {
    try {
      await engine.post(call, dockerPath`/networks/create`, { body });
      return;
    } catch (error) {
      // 409: the name is there; 403: the bridge is.
      const isTaken = hasStatus(error, 409) || hasStatus(error, 403);
      if (!isTaken || attempt === createAttempts) throw error;
    }
    await call.pause(100);
  }
}

async function hasNetwork(engine: DockerEngine, call: Call, projectId: string): Promise<boolean> {
  const name = networkName(projectId);
  // The filter finds parts of names, too.
  const query = { filters: { name: [name] } };
  const found = (await engine.get(call, networkListSchema, dockerPath`/networks`, query)).find(
    (each) => each.Name === name,
  );
  if (found && found.Labels?.[labelNames.project] !== projectId) {
    const message = `The network ${name} on the host does not belong to this project.`;
    throw new DriverError('conflict', message, { outcome: 'not_done' });
  }
  return found !== undefined;
}

/**
 * Removes the network of a project. Answers false while a container is on it, running or not, whoever made it.
 */
export async function removeNetwork(engine: DockerEngine, call: Call, projectId: string): Promise<boolean> {
  const query = { filters: { label: [`${labelNames.project}=${projectId}`] } };
  const networks = await engine.get(call, networkListSchema, dockerPath`/networks`, query);
  const ours = networks.filter((each) => each.Name === networkName(projectId) && each.Labels?.[labelNames.network]);
  if (ours.length === 0) return true;
  // Docker's filter by network leaves out what was never started.
  const containers = await engine.get(call, containerListSchema, dockerPath`/containers/json`, { all: true });
  const used = new Set(containers.flatMap((each) => Object.keys(each.NetworkSettings.Networks ?? {})));
  for (const { Id, Name } of ours) {
    if (used.has(Name) || used.has(Id)) return false;
    try {
      await engine.delete(call, dockerPath`/networks/${Id}`);
    } catch (error) {
      // Somebody has joined it in this moment.
      if (hasStatus(error, 403) || hasStatus(error, 409)) return false;
      throw error;
    }
  }
  return true;
}

/** The projects that have a network of ours on this host. */
export async function listNetworkProjects(engine: DockerEngine, call: Call): Promise<string[]> {
  const query = { filters: { label: [labelNames.network] } };
  const networks = await engine.get(call, networkListSchema, dockerPath`/networks`, query);
  return networks.flatMap(({ Labels }) => Labels?.[labelNames.project] ?? []);
}
