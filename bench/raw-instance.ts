import { createReadStream } from 'node:fs';
import type { Image } from '../server/contract/image.ts';
import { DockerDriver } from '../server/drivers/docker/docker-driver.ts';
import type { ContainerSpec, Driver, InstanceSpec, VmSpec, VolumeSpec } from '../server/drivers/driver.ts';
import { LibvirtDriver } from '../server/drivers/libvirt/libvirt-driver.ts';
import { imagePath } from '../server/operations/workflows/image-file.ts';
import { makeSeed } from '../server/operations/workflows/seed/make-seed.ts';
import { newId } from '../server/platform/id.ts';
import type { LabHostInfo } from '../server/testing/lab/host-access.ts';
import type { Machine } from '../server/transport/machine.ts';
import { connectSsh } from '../server/transport/ssh/connect-ssh.ts';

const limits = () => ({ signal: AbortSignal.timeout(120_000), timeoutMs: 120_000 });

/** The host over one kept SSH connection of our own, as the worker has one. */
export function connectRaw({ ssh }: LabHostInfo): Promise<Machine & { close(): void }> {
  return connectSsh({
    host: ssh.host,
    port: ssh.port,
    user: ssh.user,
    credential: { type: 'private-key', privateKey: ssh.privateKey },
    hostKeyFingerprint: ssh.hostKeyFingerprint,
  });
}

/** The calls that the workflow `instance.create` makes, one after the other, with no Atoll around them. */
export class RawInstance {
  readonly #driver: Driver;
  readonly #make: (id: string) => { spec: InstanceSpec; volume: VolumeSpec | null };
  readonly #prepare: (projectId: string) => Promise<unknown>;
  readonly #projectId = newId();
  #made: { spec: InstanceSpec; volume: VolumeSpec | null } | null = null;

  private constructor(
    driver: Driver,
    prepare: (projectId: string) => Promise<unknown>,
    make: (id: string, projectId: string) => { spec: InstanceSpec; volume: VolumeSpec | null },
  ) {
    this.#driver = driver;
    this.#prepare = prepare;
    this.#make = (id) => make(id, this.#projectId);
  }

  static container(machine: Machine): RawInstance {
    const driver = new DockerDriver({ type: 'machine', machine, socketPath: '/run/docker.sock' });
    const prepare = async (projectId: string): Promise<void> => {
      await driver.prepare({ projectId, network: 'default' }, limits());
      await driver.ensureImage({ kind: 'container', ref: 'busybox:latest' }, limits());
    };
    return new RawInstance(driver, prepare, (id, projectId) => ({ spec: containerSpec(id, projectId), volume: null }));
  }

  static vm(machine: Machine, image: Image, dataDir: string): RawInstance {
    const driver = new LibvirtDriver({ machine });
    const { sha256, sizeBytes, virtualSizeBytes } = image;
    if (sha256 === null || sizeBytes === null || virtualSizeBytes === null) throw new Error('The image is not ready.');
    const open = () => createReadStream(imagePath(dataDir, sha256));
    const source = {
      kind: 'vm',
      sha256,
      format: 'qcow2',
      sizeBytes,
      virtualSizeBytes,
      storagePool: 'atoll',
      open,
    } as const;
    const prepare = async (): Promise<void> => {
      await driver.prepare({ storagePool: 'atoll', network: 'default' }, limits());
      await driver.ensureImage(source, limits());
    };
    return new RawInstance(driver, prepare, (id, projectId) => vmParts(id, projectId, sha256));
  }

  async createAndStart(): Promise<void> {
    const made = this.#make(newId());
    this.#made = made;
    await this.#prepare(this.#projectId);
    if (made.volume) await this.#driver.createVolume(made.volume, limits());
    await this.#driver.defineInstance(made.spec, limits());
    const { instanceId: id, projectId, generation } = made.spec.tag;
    await this.#driver.startInstance({ id, projectId, generation }, limits());
    const observed = await this.#driver.getInstance(id, limits());
    if (observed?.state !== 'running') throw new Error(`It is ${observed?.state ?? 'not there'}.`);
  }

  async remove(): Promise<void> {
    if (!this.#made) return;
    const { spec, volume } = this.#made;
    const { instanceId: id, projectId, generation } = spec.tag;
    await this.#driver.forceOff({ id, projectId, generation }, limits());
    await this.#driver.undefineInstance({ id, projectId, generation }, limits());
    if (volume) await this.#driver.deleteVolume(volume, limits());
    this.#made = null;
  }

  close(): Promise<void> {
    return this.#driver.close();
  }
}

const tagOf = (instanceId: string, projectId: string) => ({
  instanceId,
  projectId,
  operationId: newId(),
  generation: 1,
});

function containerSpec(id: string, projectId: string): ContainerSpec {
  return {
    kind: 'container',
    tag: tagOf(id, projectId),
    ...{
      name: 'raw',
      hostname: 'raw',
      vcpus: 1,
      memoryMiB: 64,
      imageRef: 'busybox:latest',
      command: ['sleep', '3600'],
    },
    ...{ entrypoint: null, env: {}, ports: [], volumes: [], network: 'default', restartPolicy: 'unless-stopped' },
    ...{ workingDir: null, user: null, tty: false },
  };
}

function vmParts(id: string, projectId: string, sha256: string): { spec: VmSpec; volume: VolumeSpec } {
  const tag = tagOf(id, projectId);
  const volumeId = newId();
  const octets = [...Buffer.from(id.slice(-6), 'hex')].map((byte) => byte.toString(16).padStart(2, '0'));
  return {
    volume: {
      ...{ id: volumeId, projectId, kind: 'disk', storagePool: 'atoll', name: 'raw-disk', sizeGiB: 1 },
      ...{ baseSha256: sha256, baseFormat: 'qcow2', operationId: tag.operationId },
    },
    spec: {
      kind: 'vm',
      tag,
      ...{
        name: 'raw',
        hostname: 'raw',
        vcpus: 1,
        memoryMiB: 192,
        storagePool: 'atoll',
        domainType: 'qemu',
        machine: 'q35',
      },
      disks: [{ volumeId, bootOrder: 1 }],
      cdromSha256: null,
      network: 'default',
      mac: ['52:54:00', ...octets].join(':'),
      seed: makeSeed({ instanceId: id, hostname: 'raw', sshKeys: [], userData: null }),
    },
  };
}
