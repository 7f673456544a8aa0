import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LabHost } from '#server/testing/lab/lab-host.ts';
import { startHost } from '#server/testing/lab/start-host.ts';
import { KeptMachine } from '../kept-machine.ts';
import { LocalMachine } from '../local/local-machine.ts';
import { connectSsh } from '../ssh/connect-ssh.ts';
import { DockerClient } from './docker-client.ts';
import { type DockerEventMessage, watchDockerEvents } from './docker-events.ts';

let host: LabHost;
let docker: DockerClient;

beforeAll(async () => {
  host = await startHost({ name: 'docker-events', engines: ['docker'] });
  docker = new DockerClient({ type: 'machine', machine: new LocalMachine(), socketPath: host.info.dockerSocketPath });
});
afterAll(async () => {
  docker?.close();
  await host?.stop();
});

function watch(client = docker) {
  const stop = new AbortController();
  const seen: DockerEventMessage[] = [];
  const options = { filters: { type: ['container'] }, signal: stop.signal, pingEveryMs: 200, pingTimeoutMs: 500 };
  const done = (async () => {
    for await (const message of watchDockerEvents(client, { ...options, maxPauseMs: 300 })) seen.push(message);
  })();
  const has = (want: object) =>
    expect.poll(() => seen, { timeout: 20_000 }).toContainEqual(expect.objectContaining(want));
  const event = (action: string, name: string) => ({
    event: expect.objectContaining({ action, attributes: expect.objectContaining({ name }) }),
  });
  const end = () => {
    stop.abort();
    return done;
  };
  return { seen, has, event, stop: end };
}

test('an outside container is seen, from create to destroy, each event once', async () => {
  const { seen, has, event, stop } = watch();
  await has({ type: 'connected', first: true });
  await host.docker(['run', '--rm', '--name', 'outside', 'busybox', 'true']);
  await has(event('destroy', 'outside'));
  const actions = seen.flatMap((message) => (message.type === 'event' ? [message.event.action] : []));
  expect(actions.filter((action) => action === 'start')).toHaveLength(1);
  expect(actions.indexOf('create')).toBeLessThan(actions.indexOf('die'));
  await stop();
});

test('a daemon that dies is lost, and found again', async () => {
  const { seen, has, event, stop } = watch();
  await has({ type: 'connected', first: true });
  await host.docker(['create', '--name', 'before', 'busybox', 'true']);
  await has(event('create', 'before'));
  await host.signalDaemon('docker', 'KILL');
  await has({ type: 'lost' });
  await host.startDaemon('docker');
  await has({ type: 'connected', first: false });
  await host.docker(['create', '--name', 'after', 'busybox', 'true']);
  await has(event('create', 'after'));
  expect(seen.filter((message) => message.type === 'event' && message.event.attributes.name === 'before')).toHaveLength(
    1,
  );
  await stop();
});

test('a daemon that hangs is noticed although its stream stays open, and nothing is missed', async () => {
  const { seen, has, event, stop } = watch();
  await has({ type: 'connected', first: true });
  await host.docker(['create', '--name', 'hang-1', 'busybox', 'true']);
  await has(event('create', 'hang-1'));
  await host.signalDaemon('docker', 'STOP');
  await has({ type: 'lost' });
  const created = host.docker(['create', '--name', 'hang-2', 'busybox', 'true']);
  await host.signalDaemon('docker', 'CONT');
  await created;
  await has(event('create', 'hang-2'));
  expect(seen.filter((message) => message.type === 'event' && message.event.attributes.name === 'hang-1')).toHaveLength(
    1,
  );
  await stop();
});

test('over SSH: a connection that breaks is made anew, and nothing is missed', async () => {
  const { privateKey, port } = host.info.ssh;
  const cut: (() => void)[] = [];
  const proxy = net.createServer((near) => {
    const far = net.connect(port, '127.0.0.1');
    cut.push(() => near.destroy());
    near.pipe(far).on('error', () => near.destroy());
    far.pipe(near).on('error', () => far.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const target = { ...host.info.ssh, port: (proxy.address() as AddressInfo).port };
  const machine = new KeptMachine({
    label: 'kept',
    connect: (signal) => connectSsh({ ...target, credential: { type: 'private-key', privateKey } }, { signal }),
  });
  const client = new DockerClient({ type: 'machine', machine, socketPath: '/run/docker.sock' });
  const { seen, has, event, stop } = watch(client);
  await has({ type: 'connected', first: true });
  await host.docker(['create', '--name', 'ssh-1', 'busybox', 'true']);
  await has(event('create', 'ssh-1'));
  cut.shift()?.();
  await host.docker(['create', '--name', 'ssh-2', 'busybox', 'true']);
  await has({ type: 'lost' });
  await has(event('create', 'ssh-2'));
  expect(seen.filter((message) => message.type === 'event' && message.event.attributes.name === 'ssh-1')).toHaveLength(
    1,
  );
  await stop();
  client.close();
  machine.close();
  proxy.close();
});
