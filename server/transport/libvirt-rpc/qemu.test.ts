import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { finished, pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabHost } from '#server/testing/lab/lab-host.ts';
import { startHost } from '#server/testing/lab/start-host.ts';
import { LibvirtConnection } from './libvirt-connection.ts';
import type { StorageVolume } from './protocol.gen.ts';

const POOL_NAME = 'rpc';
/** A boot sector that writes back what it reads on COM1, for ever. Firmware sees no geometry on a much smaller disk. */
const ECHO_BOOT_SECTOR = Buffer.alloc(1024 * 1024);
ECHO_BOOT_SECTOR.set(Buffer.from('bafd03eca80174fbbaf803ec88c4bafd03eca82074fb88e0baf803eeebe2', 'hex'));
ECHO_BOOT_SECTOR.set([0x55, 0xaa], 510);

describe('a real libvirtd with QEMU', () => {
  let host: LabHost;
  let connection: LibvirtConnection;
  const connect = () =>
    new LibvirtConnection({
      openSocket: async () => net.connect(host.info.libvirtSocketPath),
      uri: 'qemu:///system',
      events: ['lifecycle', 'agentLifecycle', 'networkLifecycle', 'poolLifecycle'],
      backoff: { minMs: 20, maxMs: 200 },
    });

  beforeAll(async () => {
    host = await startHost({ name: 'rpc-qemu', engines: ['libvirt'] });
    const target = join(host.info.directory, 'pool');
    // Debian makes /run/lock at boot; libvirt locks consoles there.
    await host.runInside(['mkdir', '-p', target, '/run/lock']);
    // Small and on a file system of its own, so that it can be filled.
    await host.runInside(['mount', '-t', 'tmpfs', '-o', 'size=96m', 'tmpfs', target]);
    await host.virsh(['pool-create-as', POOL_NAME, 'dir', '--target', target]);
    connection = connect();
    await connection.connect();
  });
  afterAll(async () => {
    await connection?.close();
    await host?.stop();
  });

  async function makeVolume(name: string, bytes: number): Promise<StorageVolume> {
    const { pool } = await connection.call('storagePoolLookupByName', { name: POOL_NAME });
    const xml = `<volume><name>${name}</name><capacity>${bytes}</capacity><allocation>0</allocation><target><format type='raw'/></target></volume>`;
    return (await connection.call('storageVolCreateXML', { pool, xml, flags: 0 })).vol;
  }
  const whole = { offset: 0n, length: 0n, flags: 0 };

  it('uploads and downloads a volume, byte for byte', async () => {
    const bytes = randomBytes(3_000_001);
    const vol = await makeVolume('bytes', bytes.length);
    const upload = await connection.openStream('storageVolUpload', { vol, ...whole });
    await pipeline(Readable.from([bytes.subarray(0, 5), bytes.subarray(5)]), upload.stream);
    const download = await connection.openStream('storageVolDownload', { vol, ...whole });
    expect((await buffer(download.stream)).equals(bytes)).toBe(true);
    await connection.call('storageVolDelete', { vol, flags: 0 });
  });

  it('reads a download no faster than its consumer, and loses nothing', async () => {
    const bytes = randomBytes(32 * 1024 * 1024);
    const vol = await makeVolume('large', bytes.length);
    const { stream } = await connection.openStream('storageVolUpload', { vol, ...whole });
    await pipeline(Readable.from([bytes]), stream);
    const download = await connection.openStream('storageVolDownload', { vol, ...whole });
    await sleep(300);
    expect(download.stream.readableLength).toBeLessThan(2 * 1024 * 1024);
    const hash = createHash('sha256');
    for await (const chunk of download.stream) hash.update(chunk as Buffer);
    expect(hash.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
    await connection.call('storageVolDelete', { vol, flags: 0 });
  });

  it('tells that the disk is full, at the end of the upload', async () => {
    const vol = await makeVolume('too-large', 200 * 1024 * 1024);
    const { stream } = await connection.openStream('storageVolUpload', { vol, ...whole });
    const zeros = Array.from({ length: 200 }, () => Buffer.alloc(1024 * 1024, 1));
    await expect(pipeline(Readable.from(zeros), stream)).rejects.toMatchObject({
      name: 'LibvirtError',
      code: 38,
      message: expect.stringContaining('No space left on device'),
    });
    await connection.call('storageVolDelete', { vol, flags: 0 });
  });

  it('survives streams that are broken off on either side', async () => {
    const vol = await makeVolume('broken', 1024 * 1024);
    await connection.withChannel(async (channel) => {
      const upload = await channel.openStream('storageVolUpload', { vol, ...whole });
      upload.stream.write(Buffer.alloc(1000));
      upload.stream.destroy();
      const download = await channel.openStream('storageVolDownload', { vol, ...whole });
      await once(download.stream, 'data');
      download.stream.destroy();
      expect(await channel.call('connectGetURI', {})).toEqual({ uri: 'qemu:///system' });
    });
    const abort = new AbortController();
    const { stream } = await connection.openStream('storageVolUpload', { vol, ...whole }, { signal: abort.signal });
    abort.abort();
    await expect(finished(stream)).rejects.toMatchObject({ name: 'ChannelError', kind: 'aborted' });
    await connection.call('storageVolDelete', { vol, flags: 0 });
  });

  it('talks to a guest on its serial console, one user at a time', async () => {
    const vol = await makeVolume('echo', ECHO_BOOT_SECTOR.length);
    const { stream } = await connection.openStream('storageVolUpload', { vol, ...whole });
    await pipeline(Readable.from([ECHO_BOOT_SECTOR]), stream);
    const disk = join(host.info.directory, 'pool/echo');
    const xml = `<domain type='qemu'><name>echo</name><memory unit='MiB'>16</memory><os><type arch='x86_64' machine='pc'>hvm</type></os>
      <devices><disk type='file'><driver name='qemu' type='raw'/><source file='${disk}'/><target dev='vda' bus='virtio'/></disk>
      <serial type='pty'/></devices></domain>`;
    const lifecycle: number[] = [];
    connection.on('event', (event) => {
      if (event.name === 'lifecycle') lifecycle.push(event.body.event);
    });
    const { dom } = await connection.call('domainCreateXML', { xml, flags: 0 }, { channel: 'slow' });

    const first = (await connection.openStream('domainOpenConsole', { dom, dev: null, flags: 0 })).stream;
    const again = { dom, dev: null, flags: 0 };
    await expect(connection.openStream('domainOpenConsole', again)).rejects.toMatchObject({ code: 9 });
    await echoes(first, 'hello');
    const FORCE = 1;
    const lost = expect(finished(first)).rejects.toMatchObject({ name: 'LibvirtError', code: 39 });
    const second = (await connection.openStream('domainOpenConsole', { ...again, flags: FORCE })).stream;
    await lost;
    await echoes(second, 'again');
    const ended = once(second, 'close');
    await connection.call('domainDestroy', { dom }, { channel: 'slow' });
    second.resume();
    await ended;
    // On another connection than the stream's end.
    await expect.poll(() => lifecycle).toEqual(expect.arrayContaining([2, 4, 5]));
  });

  it('comes back after libvirtd was killed, with its events', async () => {
    const lost = once(connection, 'disconnected');
    await host.signalDaemon('libvirt', 'KILL');
    expect((await lost)[0]).toMatchObject({ kind: 'closed' });
    await expect(connection.call('connectGetURI', {})).rejects.toMatchObject({ name: 'ChannelError', sent: false });
    const back = once(connection, 'connected');
    await host.startDaemon('libvirt');
    await back;
    const event = once(connection, 'event');
    await host.virsh(['net-destroy', 'default']);
    expect((await event)[0]).toMatchObject({ name: 'networkLifecycle', body: { net: { name: 'default' } } });
    await host.virsh(['net-start', 'default']);
  });

  it('tries at once when it is told to, however long it would wait', async () => {
    const patient = new LibvirtConnection({
      openSocket: async () => net.connect(host.info.libvirtSocketPath),
      uri: 'qemu:///system',
      backoff: { minMs: 3_600_000, maxMs: 3_600_000 },
    });
    await patient.connect();
    const lost = once(patient, 'disconnected');
    await host.signalDaemon('libvirt', 'KILL');
    await lost;
    await expect(patient.connect()).rejects.toMatchObject({ name: 'ChannelError' });
    await host.startDaemon('libvirt');
    await expect(patient.call('connectGetURI', {})).rejects.toMatchObject({ kind: 'disconnected', sent: false });
    await patient.connect();
    expect(await patient.call('connectGetURI', {})).toEqual({ uri: 'qemu:///system' });
    await patient.close();
  });

  it('gives up calls on a daemon that hangs, and finds back when it goes on', async () => {
    const hasty = new LibvirtConnection({
      openSocket: async () => net.connect(host.info.libvirtSocketPath),
      uri: 'qemu:///system',
      keepalive: { intervalMs: 100, count: 2 },
      backoff: { minMs: 20, maxMs: 200 },
    });
    await hasty.connect();
    await host.signalDaemon('libvirt', 'STOP');
    const lost = once(hasty, 'disconnected');
    await expect(hasty.call('nodeGetFreeMemory', {}, { timeoutMs: 50 })).rejects.toMatchObject({
      kind: 'timeout',
      sent: true,
    });
    expect((await lost)[0]).toMatchObject({ message: 'libvirtd gave no sign of life' });
    const back = once(hasty, 'connected');
    await host.signalDaemon('libvirt', 'CONT');
    await back;
    expect(await hasty.call('connectGetURI', {})).toEqual({ uri: 'qemu:///system' });
    await hasty.close();
  });
});

/** Types until the guest says it back: it is deaf while its firmware runs. */
async function echoes(stream: NodeJS.ReadWriteStream, text: string): Promise<void> {
  let said = '';
  const listen = (chunk: Buffer) => {
    said += chunk.toString('latin1');
  };
  stream.on('data', listen);
  while (!said.includes(text)) {
    stream.write(text);
    await sleep(100);
  }
  stream.off('data', listen);
}
