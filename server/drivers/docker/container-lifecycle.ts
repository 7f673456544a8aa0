import { dockerPath } from '#server/transport/docker-http/docker-path.ts';
import { type ContainerSpec, DriverError, type InstanceRef } from '../driver.ts';
import type { DockerContainer } from './answers.ts';
import { containerBody } from './container-body.ts';
import { type Call, type DockerEngine, hasStatus, isNotFound } from './docker-engine.ts';
import { findContainer, inspectContainer, requireContainer, requireSameTag } from './find-container.ts';
import { containerName, readTag } from './labels.ts';
import { ensureNetwork } from './networks.ts';
import { requireVolume } from './volumes.ts';

/** Makes the container of an instance, stopped; one that is there already from the same generation is it. */
export async function defineContainer(engine: DockerEngine, call: Call, spec: ContainerSpec): Promise<void> {
  const { instanceId, projectId, generation } = spec.tag;
  const ref = { id: instanceId, projectId, generation };
  const existing = await findContainer(engine, call, instanceId);
  if (existing) return requireSameTag(readTag(existing.Config.Labels), ref);

  // Docker would make a missing volume by itself, without our labels.
  for (const { volumeId } of spec.volumes) {
    await requireVolume(engine, call, { id: volumeId, projectId, kind: 'container', storagePool: 'docker' });
  }
  if (spec.network === 'default') await ensureNetwork(engine, call, projectId);
  const create = { query: { name: containerName(instanceId) }, body: containerBody(spec) };
  for (let attempt = 1; ; attempt += 1) {
    try {
      await engine.post(call, dockerPath`/containers/create`, create);
      return;
    } catch (error) {
      if (!hasStatus(error, 409) || attempt === createAttempts) throw error;
      // The name is taken: by ourselves, if the same call runs or ran elsewhere, or by a stranger.
      const holder = await inspectContainer(engine, call, containerName(instanceId));
      if (holder) return requireOurName(holder, ref, error);
    }
    await call.pause(100); // reserved, but not to be seen until its creation ends
  }
}

/** How often a container is looked for, ten times a second, whose name Docker has reserved for another call. */
const createAttempts = 50;

function requireOurName(holder: DockerContainer, ref: InstanceRef, cause: unknown): void {
  const tag = readTag(holder.Config.Labels);
  if (!tag) {
    const message = `A container that Atoll did not make is called ${containerName(ref.id)}.`;
    throw new DriverError('name_taken', message, { outcome: 'not_done', cause });
  }
  requireSameTag(tag, ref);
}

/** Removes the container with its log and anonymous volumes, running or not; named volumes stay. */
export async function undefineContainer(engine: DockerEngine, call: Call, ref: InstanceRef): Promise<void> {
  const container = await findContainer(engine, call, ref.id);
  if (!container) return;
  const tag = readTag(container.Config.Labels);
  // What an older generation left on this host is stale and goes with the instance; a newer one is not ours to remove.
  requireSameTag(tag, { ...ref, generation: Math.min(ref.generation, tag?.generation ?? ref.generation) });
  try {
    await engine.delete(call, dockerPath`/containers/${container.Id}`, { force: true, v: true });
  } catch (error) {
    if (!hasStatus(error, 409)) throw error; // 409: a removal is in progress already
  }
  while (await inspectContainer(engine, call, container.Id)) await call.pause(100);
}

export async function startContainer(engine: DockerEngine, call: Call, ref: InstanceRef): Promise<void> {
  const container = await requireContainer(engine, call, ref);
  if (container.State.Status === 'running') return;
  if (container.State.Status === 'paused') throw wrongState('It is paused: resume it.');
  await engine.post(call, dockerPath`/containers/${container.Id}/start`);
}

/** Sends the signal that the image wants for a stop, and does not wait. */
export async function requestContainerStop(engine: DockerEngine, call: Call, ref: InstanceRef): Promise<void> {
  const container = await requireContainer(engine, call, ref);
  if (!isAlive(container)) return;
  // Docker takes its stop signal, and only that, as the wish that the restart policy must not undo.
  const signal = container.Config.StopSignal || 'SIGTERM';
  await unlessEnded(engine.post(call, dockerPath`/containers/${container.Id}/kill`, { query: { signal } }));
}

export async function forceContainerOff(engine: DockerEngine, call: Call, ref: InstanceRef): Promise<void> {
  const container = await requireContainer(engine, call, ref);
  if (!isAlive(container)) return;
  // Between two attempts of a restart policy there is nothing to kill, but the next attempt has to be called off.
  if (container.State.Status === 'restarting') {
    await engine.post(call, dockerPath`/containers/${container.Id}/stop`, { query: { t: 0 } });
    return;
  }
  await unlessEnded(engine.post(call, dockerPath`/containers/${container.Id}/kill`, { query: { signal: 'SIGKILL' } }));
}

/** Stops it, at most for `graceSeconds` by asking, and starts it again. */
export async function restartContainer(
  engine: DockerEngine,
  call: Call,
  ref: InstanceRef,
  graceSeconds: number,
): Promise<void> {
  const container = await requireContainer(engine, call, ref);
  if (!isAlive(container)) throw wrongState('It is not running.');
  await engine.post(call, dockerPath`/containers/${container.Id}/restart`, { query: { t: graceSeconds } });
}

export async function pauseContainer(engine: DockerEngine, call: Call, ref: InstanceRef): Promise<void> {
  const container = await requireContainer(engine, call, ref);
  if (container.State.Status === 'paused') return;
  if (container.State.Status !== 'running') throw wrongState('It is not running.');
  await engine.post(call, dockerPath`/containers/${container.Id}/pause`);
}

export async function resumeContainer(engine: DockerEngine, call: Call, ref: InstanceRef): Promise<void> {
  const container = await requireContainer(engine, call, ref);
  if (container.State.Status === 'running') return;
  if (container.State.Status !== 'paused') throw wrongState('It is not paused.');
  await engine.post(call, dockerPath`/containers/${container.Id}/unpause`);
}

function isAlive({ State: { Status: status } }: DockerContainer): boolean {
  return status === 'running' || status === 'paused' || status === 'restarting';
}

/** A container that has ended between our look and our signal is where the caller wanted it. */
async function unlessEnded(signalled: Promise<unknown>): Promise<void> {
  try {
    await signalled;
  } catch (error) {
    if (!hasStatus(error, 409) && !isNotFound(error)) throw error;
  }
}

function wrongState(message: string): DriverError {
  return new DriverError('state_conflict', message, { outcome: 'not_done' });
}
