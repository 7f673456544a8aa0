import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CallOptions, VmSpec } from '#server/drivers/driver.ts';
import { LibvirtDriver } from '#server/drivers/libvirt/libvirt-driver.ts';
import { ConsoleClient, type ConsoleWorld, startConsoleWorld } from '#server/testing/console-world.ts';
import { guestImagePath } from '#server/testing/lab/built-images.ts';
import type { LabHost } from '#server/testing/lab/lab-host.ts';
import { startHost } from '#server/testing/lab/start-host.ts';
import { RfbClient } from '#server/testing/rfb-client.ts';
import { connectSsh } from '#server/transport/ssh/connect-ssh.ts';
import type { SshMachine } from '#server/transport/ssh/ssh-machine.ts';

/* The consoles of a real VM on a host behind SSH, all the way from a WebSocket. */

const options = (timeoutMs = 60_000): CallOptions => ({ signal: new AbortController().signal, timeoutMs });
const booting = { timeout: 180_000, interval: 250 };
const within = { timeout: 60_000, interval: 100 };

let world: ConsoleWorld;
let host: LabHost;
let machine: SshMachine;
let driver: LibvirtDriver;
let cookie: string;
const clients: ConsoleClient[] = [];
const ref = () => ({ id: world.vm.id, projectId: world.projectId, generation: world.vm.generation });

beforeAll(async () => {
  world = await startConsoleWorld({ rightsMs: 1_000, reopenMs: 300 });
  cookie = await world.web.sessionOf(world.ownerId);
  host = await startHost({ name: 'console-real', engines: ['libvirt'] });
  // Debian makes /run/lock at boot.
  await host.runInside(['mkdir', '-p', '/run/lock']);
  const { ssh } = host.info;
  machine = await connectSsh({ ...ssh, credential: { type: 'private-key', privateKey: ssh.privateKey } });
  driver = new LibvirtDriver({ machine });
  await driver.prepare({ storagePool: 'atoll', network: 'default' }, options());
  world.use('libvirt', driver);
  await defineGuest();
}, 180_000);
afterAll(async () => {
  for (const client of clients) client.socket.terminate();
  await world?.stop();
  await driver?.close();
  machine?.close();
  await host?.stop();
});

async function defineGuest(): Promise<void> {
  const path = await guestImagePath();
  const image = {
    kind: 'vm',
    sha256: createHash('sha256')
      .update(await readFile(path))
      .digest('hex'),
    format: 'qcow2',
    sizeBytes: (await stat(path)).size,
    virtualSizeBytes: 0,
    storagePool: 'atoll',
    open: () => createReadStream(path),
  } as const;
  await driver.ensureImage(image, options());
  const { id: instanceId, projectId, generation } = ref();
  const operationId = randomUUID();
  const common = { projectId, operationId, kind: 'disk', storagePool: 'atoll' } as const;
  const volume = { ...common, id: randomUUID(), name: 'root', sizeGiB: 1, baseSha256: image.sha256 };
  await driver.createVolume({ ...volume, baseFormat: 'qcow2' }, options());
  const spec: VmSpec = {
    kind: 'vm',
    tag: { instanceId, projectId, operationId, generation },
    name: 'guest',
    hostname: 'guest',
    vcpus: 1,
    memoryMiB: 192,
    storagePool: 'atoll',
    domainType: 'qemu',
    machine: 'pc',
    disks: [{ volumeId: volume.id, bootOrder: 1 }],
    cdromSha256: null,
    network: null,
    mac: '52:54:00:12:34:57',
    seed: {
      metaData: 'instance-id: i\nlocal-hostname: seeded\n',
      userData: '#cloud-config\n{}\n',
      networkConfig: null,
    },
  };
  await driver.defineInstance(spec, options());
}

async function open(body: object): Promise<ConsoleClient> {
  const client = new ConsoleClient(world.web, { ticket: await world.ticket({ cookie }, body) });
  clients.push(client);
  return client;
}

describe('a VM', () => {
  test('is logged in to on its serial console, from its first line on and again after a restart', async () => {
    const serial = await open({ kind: 'serial' });
    // Opened before it runs: nothing of its boot is lost.
    await expect.poll(() => serial.last, within).toMatchObject({ type: 'waiting', reason: 'instance_stopped' });
    await driver.startInstance(ref(), options());
    await expect.poll(() => serial.last, within).toMatchObject({ type: 'open', reopened: false });
    const prompts = () => serial.text.split('login: ').length - 1;
    await expect.poll(prompts, booting).toBe(1);
    serial.type('root\n');
    await expect.poll(() => serial.text, within).toContain('Password:');
    serial.type('mini\n');
    await expect.poll(() => serial.text, within).toContain('~ # ');
    serial.type('echo answer=$((40+2))\n');
    await expect.poll(() => serial.text, within).toContain('answer=42');

    await driver.forceOff(ref(), options());
    await expect.poll(() => serial.last, within).toMatchObject({ type: 'waiting', reason: 'instance_stopped' });
    await driver.startInstance(ref(), options());
    await expect.poll(() => serial.last, within).toMatchObject({ type: 'open', reopened: true });
    await expect.poll(prompts, booting).toBe(2);
  }, 420_000);

  test('shows on VNC what is typed there; who may only look types nothing', async () => {
    const vnc = await open({ kind: 'vnc' });
    const rfb = new RfbClient((bytes) => vnc.socket.send(bytes));
    vnc.socket.on('message', (data, isBinary) => isBinary && rfb.receive(data as Buffer));
    await expect.poll(() => rfb.width, within).toBeGreaterThan(600);
    const screen = async () => {
      const before = rfb.screens.length;
      rfb.look();
      await expect.poll(() => rfb.screens.length, within).toBeGreaterThan(before);
      return rfb.screens.at(-1);
    };
    // Blinking aside: a row of letters makes a screen that was never there before.
    const seen = new Set<string | undefined>();
    for (let look = 0; look < 8; look += 1) seen.add(await screen());
    const isNew = async () => !seen.has(await screen());
    rfb.type('wwwwwwww');
    await expect.poll(isNew, within).toBe(true);

    const second = await open({ kind: 'vnc', viewOnly: true });
    const looking = new RfbClient((bytes) => second.socket.send(bytes));
    second.socket.on('message', (data, isBinary) => isBinary && looking.receive(data as Buffer));
    await expect.poll(() => looking.width, within).toBeGreaterThan(600);
    looking.look();
    await expect.poll(() => looking.screens.length, within).toBeGreaterThan(0);
    expect(vnc.last).toMatchObject({ type: 'open' });
  }, 180_000);

  test('leaves what it said, also after it has died', async () => {
    await driver.forceOff(ref(), options());
    const url = `${world.web.url}/api/v1/projects/${world.projectId}/instances/${world.vm.id}/logs`;
    const whole = await (await fetch(url, { headers: { cookie } })).text();
    expect(whole).toContain('login:');
    const lines = (await (await fetch(`${url}?tail=2`, { headers: { cookie } })).text()).trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(3);
    expect(whole.trimEnd().endsWith(lines.join('\n'))).toBe(true);
  });
});
