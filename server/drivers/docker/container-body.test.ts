import { expect, test } from 'vitest';
import type { ContainerSpec } from '../driver.ts';
import { containerBody } from './container-body.ts';
import { bridgeName } from './labels.ts';

const spec: ContainerSpec = {
  kind: 'container',
  tag: { instanceId: 'i1', projectId: 'p1', operationId: 'o1', generation: 3 },
  name: 'web',
  hostname: 'web',
  vcpus: 2,
  memoryMiB: 256,
  imageRef: 'nginx:1',
  command: ['-c', '$(id); `id`'],
  entrypoint: ['/bin/sh'],
  env: { A: 'x=y', B: '' },
  ports: [
    { containerPort: 80, hostPort: 8080, protocol: 'tcp' },
    { containerPort: 80, hostPort: null, protocol: 'tcp' },
    { containerPort: 53, hostPort: null, protocol: 'udp' },
  ],
  volumes: [{ volumeId: 'v1', target: '/data', readOnly: true }],
  network: 'default',
  restartPolicy: 'always',
  workingDir: '/srv',
  user: '1000:1000',
  tty: true,
};

test('is exactly this, with every protection forced', () => {
  expect(containerBody(spec)).toStrictEqual({
    Image: 'nginx:1',
    Hostname: 'web',
    Cmd: ['-c', '$(id); `id`'],
    Entrypoint: ['/bin/sh'],
    Env: ['A=x=y', 'B='],
    User: '1000:1000',
    WorkingDir: '/srv',
    Tty: true,
    OpenStdin: true,
    ExposedPorts: { '80/tcp': {}, '53/udp': {} },
    Labels: { 'atoll.instance': 'i1', 'atoll.project': 'p1', 'atoll.operation': 'o1', 'atoll.generation': '3' },
    HostConfig: {
      NanoCpus: 2_000_000_000,
      Memory: 268_435_456,
      MemorySwap: 268_435_456,
      PidsLimit: 2048,
      CapDrop: ['NET_RAW', 'MKNOD'],
      SecurityOpt: ['no-new-privileges:true'],
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
      RestartPolicy: { Name: 'always' },
      NetworkMode: 'atoll-p1',
      IpcMode: 'private',
      PortBindings: { '80/tcp': [{ HostPort: '8080' }, { HostPort: '' }], '53/udp': [{ HostPort: '' }] },
      Mounts: [{ Type: 'volume', Source: 'atoll-v1', Target: '/data', ReadOnly: true }],
    },
    NetworkingConfig: { EndpointsConfig: { 'atoll-p1': { Aliases: ['web'] } } },
  });
});

test('leaves out what the image decides', () => {
  const bare = {
    ...spec,
    command: [],
    entrypoint: null,
    user: null,
    workingDir: null,
    network: 'none' as const,
    volumes: [],
  };
  const body = containerBody(bare);
  for (const key of ['Cmd', 'Entrypoint', 'User', 'WorkingDir', 'NetworkingConfig'])
    expect(body).not.toHaveProperty(key);
  expect(body.HostConfig.NetworkMode).toBe('none');
});

test('keys that are not in the type never come through', () => {
  const smuggled = {
    Privileged: true,
    Binds: ['/:/host'],
    hostconfig: { bINDS: ['/:/h'] },
    PidMode: 'host',
    Devices: [{}],
  };
  const volumes = [{ volumeId: 'v1', target: '/data', readOnly: false, Type: 'bind', Source: '/' }];
  const hostile = { ...spec, ...smuggled, HostConfig: smuggled, volumes } as ContainerSpec;
  const plain = { ...spec, volumes: [{ volumeId: 'v1', target: '/data', readOnly: false }] };
  expect(containerBody(hostile)).toStrictEqual(containerBody(plain));
});

test.each([[{ 'A=B': 'x' }], [{ '': 'x' }], [{ A: 'x\0y' }]])('refuses environment %j', (env) => {
  expect(() => containerBody({ ...spec, env })).toThrow('environment variable');
});

test('bridges have names that Linux takes, another for each project', () => {
  const names = Array.from({ length: 500 }, (_, i) => bridgeName(`project ${i}`));
  expect(new Set(names).size).toBe(500);
  for (const name of names) expect(name).toMatch(/^at-[0-9a-f]{12}$/);
});
