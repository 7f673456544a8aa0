import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LabHost } from '#server/testing/lab/lab-host.ts';
import { startHost } from '#server/testing/lab/start-host.ts';
import { startRegistry } from '#server/transport/docker-http/testing/start-registry.ts';
import { LocalMachine } from '#server/transport/local/local-machine.ts';
import type { CallOptions, ContainerSpec, InstanceRef } from '../driver.ts';
import { DockerDriver } from './docker-driver.ts';
import { bridgeName, containerName, networkName, volumeName } from './labels.ts';

let host: LabHost;
let driver: DockerDriver;
const options = (timeoutMs = 60_000): CallOptions => ({ signal: new AbortController().signal, timeoutMs });

beforeAll(async () => {
  host = await startHost({ name: 'docker-host', engines: ['docker'] });
  driver = new DockerDriver({ type: 'machine', machine: new LocalMachine(), socketPath: host.info.dockerSocketPath });
});
afterAll(async () => {
  await driver?.close();
  await host?.stop();
});

function container(more: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    kind: 'container',
    tag: { instanceId: randomUUID(), projectId: randomUUID(), operationId: randomUUID(), generation: 1 },
    name: 'app',
    hostname: 'app',
    vcpus: 1,
    memoryMiB: 64,
    imageRef: 'busybox:latest',
    command: ['sleep', '1000'],
    entrypoint: null,
    env: {},
    ports: [],
    volumes: [],
    network: 'none',
    restartPolicy: 'no',
    workingDir: null,
    user: null,
    tty: false,
    ...more,
  };
}
const refOf = ({ tag }: ContainerSpec): InstanceRef => ({
  id: tag.instanceId,
  projectId: tag.projectId,
  generation: tag.generation,
});
const observed = (spec: ContainerSpec) => driver.getInstance(spec.tag.instanceId, options());
const settled = (spec: ContainerSpec) =>
  expect.poll(async () => (await observed(spec))?.state, { timeout: 30_000 }).not.toBe('running');

async function run(spec: ContainerSpec): Promise<ContainerSpec> {
  await driver.defineInstance(spec, options());
  await driver.startInstance(refOf(spec), options());
  return spec;
}

describe('a container', () => {
  test('runs under every limit and protection, as the daemon itself says', async () => {
    const spec = await run(container({ network: 'default', command: ['sh', '-c', 'sleep 1000'] }));
    const [found] = JSON.parse(await host.docker(['inspect', containerName(spec.tag.instanceId)]));
    expect(found.HostConfig).toMatchObject({
      Privileged: false,
      Binds: null,
      CapAdd: null,
      CapDrop: ['NET_RAW', 'MKNOD'],
      SecurityOpt: ['no-new-privileges:true'],
      Memory: 67_108_864,
      MemorySwap: 67_108_864,
      NanoCpus: 1_000_000_000,
      PidsLimit: 2048,
      IpcMode: 'private',
      PidMode: '',
      UTSMode: '',
      UsernsMode: '',
      Devices: null,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
    });
    const network = networkName(spec.tag.projectId);
    expect(Object.keys(found.NetworkSettings.Networks)).toEqual([network]);
    expect(await host.runInside(['ip', 'link', 'show', bridgeName(spec.tag.projectId)])).toContain('mtu');
    const status = await host.docker(['exec', containerName(spec.tag.instanceId), 'cat', '/proc/1/status']);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    const instance = await observed(spec);
    expect(instance?.addresses).toMatchObject([{ family: 'ipv4', source: 'engine', network: 'default' }]);
    expect(await driver.list(options())).toMatchObject({
      leftovers: expect.arrayContaining([{ kind: 'network', id: spec.tag.projectId }]),
    });
    await driver.undefineInstance(refOf(spec), options());
  });

  test('finds its neighbour of the same project by name, and no other', async () => {
    const server = await run(container({ network: 'default', name: 'db', hostname: 'db' }));
    const { tag } = server;
    const ask = { network: 'default', command: ['nslookup', 'db.'] } as const;
    const friend = await run(
      container({ ...ask, command: [...ask.command], tag: { ...tag, instanceId: randomUUID() } }),
    );
    const stranger = await run(container({ ...ask, command: [...ask.command] }));
    await settled(friend);
    await settled(stranger);
    expect((await observed(friend))?.state).toBe('stopped');
    expect((await observed(stranger))?.state).toBe('crashed');
    for (const spec of [server, friend, stranger]) await driver.undefineInstance(refOf(spec), options());
  });

  test('publishes ports, and tells when one is taken', async () => {
    const ports = [{ containerPort: 80, hostPort: 18_080, protocol: 'tcp' as const }];
    const first = await run(container({ network: 'default', ports }));
    expect((await observed(first))?.ports).toEqual(ports);
    expect((await driver.list(options())).instances.find(({ id }) => id === first.tag.instanceId)?.ports).toEqual(
      ports,
    );
    const second = container({ network: 'default', ports });
    const started = run(second);
    await expect(started).rejects.toMatchObject({ code: 'port_taken', outcome: 'not_done' });
    expect((await observed(second))?.state).not.toBe('running');
    for (const spec of [first, second]) await driver.undefineInstance(refOf(spec), options());
  });

  test('tells why it has ended, in the list and alone alike', async () => {
    const eatMemory = ['sh', '-c', 'x=$(dd if=/dev/zero bs=1M count=200 | tr "\\0" x); echo $x'];
    const cases: [string[], object][] = [
      [['true'], { state: 'stopped', reason: null }],
      [['sh', '-c', 'exit 3'], { state: 'crashed', reason: 'exit 3' }],
      [eatMemory, { state: 'crashed', reason: expect.stringContaining('out of memory') }],
    ];
    for (const [command, want] of cases) {
      const spec = await run(container({ command, memoryMiB: 32 }));
      await settled(spec);
      expect(await observed(spec)).toMatchObject(want);
      const { instances } = await driver.list(options());
      expect(instances.find(({ id }) => id === spec.tag.instanceId)).toMatchObject(want);
      await driver.undefineInstance(refOf(spec), options());
    }
  });

  test('with a program that does not exist fails to start, in the words of the engine', async () => {
    const spec = container({ command: ['no-such-program'] });
    await expect(run(spec)).rejects.toMatchObject({
      code: 'driver_failed',
      engineMessage: expect.stringContaining('no-such-program'),
    });
    await driver.undefineInstance(refOf(spec), options());
  });

  test('stays stopped when it was asked to, whatever its restart policy', async () => {
    const trap = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.1; done'];
    const spec = await run(container({ command: trap, restartPolicy: 'always' }));
    await driver.requestStop(refOf(spec), options());
    await settled(spec);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect((await observed(spec))?.state).toBe('stopped');
    await driver.undefineInstance(refOf(spec), options());
  });

  test('that restarts for ever can be forced off', async () => {
    const spec = await run(container({ command: ['false'], restartPolicy: 'always' }));
    await expect.poll(async () => (await observed(spec))?.reason, { timeout: 30_000 }).toContain('restart');
    await driver.forceOff(refOf(spec), options());
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect((await observed(spec))?.reason).toBe('exit 1');
    await driver.undefineInstance(refOf(spec), options());
  });

  test('that was renamed on the host is still the one', async () => {
    const spec = await run(container());
    await host.docker(['rename', containerName(spec.tag.instanceId), 'mine-now']);
    await driver.defineInstance(spec, options());
    expect(await observed(spec)).toMatchObject({ id: spec.tag.instanceId, name: 'mine-now', state: 'running' });
    await driver.undefineInstance(refOf(spec), options());
    expect(await host.docker(['ps', '--all', '--quiet', '--filter', 'name=mine-now'])).toBe('');
  });

  test('whose name a stranger has is not made, and the stranger stays', async () => {
    const spec = container();
    const id = await host.docker(['create', '--name', containerName(spec.tag.instanceId), 'busybox', 'true']);
    await expect(driver.defineInstance(spec, options())).rejects.toMatchObject({
      code: 'name_taken',
      outcome: 'not_done',
    });
    await driver.undefineInstance(refOf(spec), options());
    expect(await host.docker(['ps', '--all', '--quiet', '--no-trunc'])).toContain(id.trim());
    await host.docker(['rm', id.trim()]);
  });

  test('is made once when two make it at the same time', async () => {
    const spec = container({ network: 'default' });
    await Promise.all([1, 2, 3, 4, 5, 6].map(() => driver.defineInstance(spec, options())));
    const names = ['--all', '--quiet', '--filter', `label=atoll.instance=${spec.tag.instanceId}`];
    expect((await host.docker(['ps', ...names])).trim().split('\n')).toHaveLength(1);
    const networks = await host.docker([
      'network',
      'ls',
      '--quiet',
      '--filter',
      `label=atoll.project=${spec.tag.projectId}`,
    ]);
    expect(networks.trim().split('\n')).toHaveLength(1);
    await driver.undefineInstance(refOf(spec), options());
  });

  test('is not lost when the daemon hangs over its creation', async () => {
    const spec = container();
    await host.signalDaemon('docker', 'STOP');
    await expect(driver.defineInstance(spec, options(500))).rejects.toMatchObject({ code: 'timeout', retryable: true });
    await host.signalDaemon('docker', 'CONT');
    await driver.defineInstance(spec, options());
    expect((await driver.list(options())).instances.filter(({ id }) => id === spec.tag.instanceId)).toHaveLength(1);
    await driver.undefineInstance(refOf(spec), options());
  });
});

test('the network of a project goes when no container is on it, whoever made that', async () => {
  const spec = container({ network: 'default' });
  const { projectId } = spec.tag;
  const leftover = { kind: 'network' as const, id: projectId };
  const names = async () => (await host.docker(['network', 'ls', '--format', '{{.Name}}'])).trim().split('\n');
  await driver.prepare({ projectId, network: 'default' }, options());
  await host.docker(['network', 'create', '--label', `atoll.project=${projectId}`, 'mine']);
  const foreign = ['create', '--name', 'foreign', '--network', networkName(projectId), 'busybox:latest', 'true'];
  await host.docker(foreign);
  expect(await driver.removeLeftover(leftover, options())).toBe(false);
  expect(await names()).toContain(networkName(projectId));
  await host.docker(['rm', 'foreign']);
  expect(await driver.removeLeftover(leftover, options())).toBe(true);
  expect(await driver.removeLeftover(leftover, options())).toBe(true);
  expect(await names()).not.toContain(networkName(projectId));
  // It has our project's label and not our name: somebody else made it.
  expect(await names()).toContain('mine');
  await host.docker(['network', 'rm', 'mine']);
});

describe('a volume', () => {
  const volumeOf = (spec: ContainerSpec) => ({
    id: randomUUID(),
    projectId: spec.tag.projectId,
    kind: 'container' as const,
    storagePool: 'docker',
    name: 'data',
    sizeGiB: 1,
    baseSha256: null,
    baseFormat: null,
    operationId: spec.tag.operationId,
  });

  test('keeps its data over containers', async () => {
    const write = container({ command: ['sh', '-c', 'echo kept >/data/file'] });
    const volume = volumeOf(write);
    write.volumes = [{ volumeId: volume.id, target: '/data', readOnly: false }];
    await driver.createVolume(volume, options());
    await run(write);
    await settled(write);
    await driver.undefineInstance(refOf(write), options());
    const read = container({ command: ['grep', 'kept', '/data/file'], volumes: write.volumes });
    read.tag.projectId = write.tag.projectId;
    await run(read);
    await settled(read);
    expect((await observed(read))?.state).toBe('stopped');
    await expect(driver.deleteVolume(volume, options())).rejects.toMatchObject({ code: 'in_use', outcome: 'not_done' });
    await driver.undefineInstance(refOf(read), options());
    await driver.deleteVolume(volume, options());
  });

  test('that is missing, foreign or another project is not mounted', async () => {
    const spec = container();
    const theirs = volumeOf(spec);
    await host.docker(['volume', 'create', volumeName(theirs.id)]);
    const others = volumeOf(container());
    await driver.createVolume(others, options());
    for (const [volumeId, code] of [
      [randomUUID(), 'not_found'],
      [theirs.id, 'conflict'],
      [others.id, 'conflict'],
    ]) {
      const volumes = [{ volumeId: volumeId ?? '', target: '/data', readOnly: false }];
      await expect(driver.defineInstance({ ...spec, volumes }, options())).rejects.toMatchObject({
        code,
        outcome: 'not_done',
      });
    }
    await expect(driver.createVolume(theirs, options())).rejects.toMatchObject({ code: 'conflict' });
    await expect(driver.deleteVolume(theirs, options())).rejects.toMatchObject({ code: 'conflict' });
    expect(await host.docker(['volume', 'ls', '--quiet'])).toContain(volumeName(theirs.id));
    expect(await observed(spec)).toBeNull();
    await driver.deleteVolume(others, options());
    await host.docker(['volume', 'rm', volumeName(theirs.id)]);
  });
});

describe('images', () => {
  test('are pulled once, listed and removed, but not while they are used', async () => {
    const registry = await startRegistry(host);
    const progress: number[] = [];
    const image = { kind: 'container', ref: registry.ref } as const;
    await driver.ensureImage(image, { ...options(), onProgress: (done) => progress.push(done) });
    registry.stop();
    await driver.ensureImage(image, options()); // needs no registry any more

    const find = async () => (await driver.listImages(options())).find(({ refs }) => refs.includes(registry.ref));
    const spec = container({ imageRef: registry.ref });
    await driver.defineInstance(spec, options());
    const used = await find();
    expect(used).toMatchObject({ inUse: true, id: expect.stringMatching(/^sha256:/) });
    await expect(driver.removeImage(used?.id ?? '', options())).rejects.toMatchObject({
      code: 'in_use',
      outcome: 'not_done',
    });
    await driver.undefineInstance(refOf(spec), options());
    expect(await find()).toMatchObject({ inUse: false });
    await driver.removeImage(used?.id ?? '', options());
    await driver.removeImage(used?.id ?? '', options());
    expect(await find()).toBeUndefined();
  });

  test('that cannot be pulled say why', async () => {
    const pull = (ref: string) => driver.ensureImage({ kind: 'container', ref }, options());
    await expect(pull('127.0.0.1:1/nobody/here:1')).rejects.toMatchObject({
      code: 'container_image_not_found',
      outcome: 'not_done',
      engineMessage: expect.stringContaining('127.0.0.1:1'),
    });
  });

  test('come out of a tar, and nonsense does not', async () => {
    const socket = 'unix:///run/docker.sock';
    const save = `docker -H ${socket} tag busybox:latest loaded:1 && docker -H ${socket} save loaded:1 | base64 -w0`;
    const tar = Buffer.from(await host.runInside(['sh', '-c', save]), 'base64');
    await host.docker(['rmi', 'loaded:1']);
    expect(await driver.loadImage(Readable.from([tar]), options())).toEqual({ refs: ['loaded:1'] });
    expect(await host.docker(['images', '--quiet', 'loaded:1'])).not.toBe('');
    await expect(driver.loadImage(Readable.from([Buffer.from('no tar')]), options())).rejects.toMatchObject({
      name: 'DriverError',
    });
  });
});
