import type { DockerEndpoint } from '#server/transport/docker-http/docker-agent.ts';
import { DockerClient } from '#server/transport/docker-http/docker-client.ts';
import type {
  CallOptions,
  ConsoleTarget,
  Driver,
  EngineReport,
  HostChange,
  HostConsole,
  HostImage,
  HostInventory,
  ImageSource,
  InstanceRef,
  InstanceSpec,
  Leftover,
  LogLine,
  LogWanted,
  ObservedInstance,
  ObservedVolume,
  ProgressOption,
  VolumeRef,
  VolumeSpec,
} from '../driver.ts';
import { DriverError } from '../driver.ts';
import { openContainerConsole } from './container-console.ts';
import {
  defineContainer,
  forceContainerOff,
  pauseContainer,
  requestContainerStop,
  restartContainer,
  resumeContainer,
  startContainer,
  undefineContainer,
} from './container-lifecycle.ts';
import { openContainerLog } from './container-log.ts';
import { Call, DockerEngine } from './docker-engine.ts';
import { findContainer, inspectContainer, requireContainer } from './find-container.ts';
import { ensureImage, listImages, loadImage, removeImage } from './images.ts';
import { inspectEngine } from './inspect-engine.ts';
import { listInventory } from './list-inventory.ts';
import { ensureNetwork, removeNetwork } from './networks.ts';
import { observeContainer } from './observe.ts';
import { createVolume, deleteVolume, findVolume } from './volumes.ts';
import { watchContainers } from './watch-containers.ts';

/** How long a container is asked to stop before a reboot kills it: Docker's own default. */
const rebootGraceSeconds = 10;

const dockerId = /^[0-9a-f]{64}$/;

/**
 * Docker on one host. It keeps its connections until `close`; a machine that was given with the endpoint stays its
 * owner's. What each verb does stands in the file of its noun.
 */
export class DockerDriver implements Driver {
  readonly engine = 'docker';
  readonly #endpoint: DockerEndpoint;
  readonly #docker: DockerEngine;

  constructor(endpoint: DockerEndpoint) {
    this.#endpoint = endpoint;
    this.#docker = new DockerEngine(new DockerClient(endpoint));
  }

  async inspect(options: CallOptions & { bootTestGuest: boolean }): Promise<EngineReport> {
    const machine = this.#endpoint.type === 'machine' ? this.#endpoint.machine : null;
    return inspectEngine(this.#docker, new Call(options), machine);
  }

  async list(options: CallOptions): Promise<HostInventory> {
    return listInventory(this.#docker, new Call(options));
  }

  async watch(listener: (change: HostChange) => void): Promise<{ stop(): Promise<void> }> {
    return watchContainers(this.#docker, listener);
  }

  async getInstance(id: string, options: CallOptions): Promise<ObservedInstance | null> {
    const look = dockerId.test(id) ? inspectContainer : findContainer;
    const container = await look(this.#docker, new Call(options), id);
    return container && observeContainer(container);
  }

  async prepare({ projectId, network }: { projectId: string; network: string }, options: CallOptions): Promise<void> {
    if (network !== 'none') await ensureNetwork(this.#docker, new Call(options), projectId);
  }

  async ensureImage(image: ImageSource, options: CallOptions & ProgressOption): Promise<{ ref: string }> {
    return ensureImage(this.#docker, new Call(options), image, options);
  }

  async createVolume(volume: VolumeSpec, options: CallOptions): Promise<void> {
    await createVolume(this.#docker, new Call(options), volume);
  }

  async findVolume(volume: VolumeRef, options: CallOptions): Promise<ObservedVolume | null> {
    return findVolume(this.#docker, new Call(options), volume);
  }

  async deleteVolume(volume: VolumeRef, options: CallOptions): Promise<void> {
    await deleteVolume(this.#docker, new Call(options), volume);
  }

  async defineInstance(spec: InstanceSpec, options: CallOptions): Promise<void> {
    if (spec.kind !== 'container') {
      throw new DriverError('validation_failed', 'Docker runs containers only.', { outcome: 'not_done' });
    }
    await defineContainer(this.#docker, new Call(options), spec);
  }

  async undefineInstance(ref: InstanceRef, options: CallOptions): Promise<void> {
    await undefineContainer(this.#docker, new Call(options), ref);
  }

  async startInstance(ref: InstanceRef, options: CallOptions): Promise<void> {
    await startContainer(this.#docker, new Call(options), ref);
  }

  async requestStop(ref: InstanceRef, options: CallOptions): Promise<void> {
    await requestContainerStop(this.#docker, new Call(options), ref);
  }

  async forceOff(ref: InstanceRef, options: CallOptions): Promise<void> {
    await forceContainerOff(this.#docker, new Call(options), ref);
  }

  async reboot(ref: InstanceRef, options: CallOptions): Promise<void> {
    await restartContainer(this.#docker, new Call(options), ref, rebootGraceSeconds);
  }

  async reset(ref: InstanceRef, options: CallOptions): Promise<void> {
    await restartContainer(this.#docker, new Call(options), ref, 0);
  }

  async pause(ref: InstanceRef, options: CallOptions): Promise<void> {
    await pauseContainer(this.#docker, new Call(options), ref);
  }

  async resume(ref: InstanceRef, options: CallOptions): Promise<void> {
    await resumeContainer(this.#docker, new Call(options), ref);
  }

  /** The host knows a container by the id of its instance, so that it can be found whatever it is called. */
  async rename(ref: InstanceRef, _name: string, options: CallOptions): Promise<void> {
    await requireContainer(this.#docker, new Call(options), ref);
  }

  async listImages(options: CallOptions): Promise<HostImage[]> {
    return listImages(this.#docker, new Call(options));
  }

  async removeImage(id: string, options: CallOptions): Promise<void> {
    await removeImage(this.#docker, new Call(options), id);
  }

  async loadImage(tar: AsyncIterable<Uint8Array>, options: CallOptions): Promise<{ refs: string[] }> {
    return loadImage(this.#docker, new Call(options), tar);
  }

  async removeLeftover(leftover: Leftover, options: CallOptions): Promise<boolean> {
    if (leftover.kind !== 'network') return false;
    return removeNetwork(this.#docker, new Call(options), leftover.id);
  }

  async openConsole(ref: InstanceRef, target: ConsoleTarget, options: CallOptions): Promise<HostConsole> {
    return openContainerConsole(this.#docker, new Call(options), ref, target);
  }

  async openLog(
    ref: InstanceRef,
    wanted: LogWanted,
    options: CallOptions & { stop: AbortSignal },
  ): Promise<AsyncIterable<LogLine>> {
    return openContainerLog(this.#docker, new Call(options), ref, wanted, options.stop);
  }

  async close(): Promise<void> {
    this.#docker.client.close();
  }
}
