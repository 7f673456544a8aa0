import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabHost } from '#server/testing/lab/lab-host.ts';
import { startHost } from '#server/testing/lab/start-host.ts';
import { connectSsh } from '../ssh/connect-ssh.ts';
import type { SshMachine } from '../ssh/ssh-machine.ts';
import { LibvirtConnection } from './libvirt-connection.ts';

const SOCKET_PATH = '/run/libvirt/libvirt-sock';

describe('over a real sshd', () => {
  let host: LabHost;
  let machine: SshMachine;
  let connection: LibvirtConnection;

  beforeAll(async () => {
    host = await startHost({ name: 'rpc-ssh', engines: ['libvirt'] });
    const { ssh } = host.info;
    machine = await connectSsh({ ...ssh, credential: { type: 'private-key', privateKey: ssh.privateKey } });
    connection = new LibvirtConnection({
      openSocket: ({ signal }) => machine.openUnixSocket(SOCKET_PATH, { signal }),
      uri: 'qemu:///system',
      events: ['networkLifecycle'],
      backoff: { minMs: 20, maxMs: 200 },
    });
    await connection.connect();
  });
  afterAll(async () => {
    await connection?.close();
    machine?.close();
    await host?.stop();
  });

  it('calls, and hears events', async () => {
    expect(await connection.call('connectGetHostname', {})).toEqual({ hostname: 'rpc-ssh' });
    const event = once(connection, 'event');
    await host.virsh(['net-destroy', 'default']);
    expect((await event)[0]).toMatchObject({ name: 'networkLifecycle', body: { net: { name: 'default' } } });
    await host.virsh(['net-start', 'default']);
  });

  it('carries streams beside calls on one SSH connection', async () => {
    const bytes = randomBytes(8 * 1024 * 1024);
    const { pool } = await connection.call('storagePoolLookupByName', { name: 'default' });
    const xml = `<volume><name>ssh</name><capacity>${bytes.length}</capacity></volume>`;
    const { vol } = await connection.call('storageVolCreateXML', { pool, xml, flags: 0 });
    const whole = { vol, offset: 0n, length: 0n, flags: 0 };
    const upload = await connection.openStream('storageVolUpload', whole);
    await pipeline(Readable.from([bytes]), upload.stream);
    const download = await connection.openStream('storageVolDownload', whole);
    const [content, ...answers] = await Promise.all([
      buffer(download.stream),
      ...Array.from({ length: 20 }, () => connection.call('connectGetURI', {})),
    ]);
    expect(content.equals(bytes)).toBe(true);
    expect(answers).toHaveLength(20);
  });

  it('notices that the daemon was killed, and comes back on the same SSH connection', async () => {
    const lost = once(connection, 'disconnected');
    await host.signalDaemon('libvirt', 'KILL');
    await lost;
    const back = once(connection, 'connected');
    await host.startDaemon('libvirt');
    await back;
    expect(await connection.call('connectGetURI', {})).toEqual({ uri: 'qemu:///system' });
  });
});
