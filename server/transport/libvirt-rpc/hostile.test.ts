import net from 'node:net';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ChannelError } from './channel-error.ts';
import { encodeFields } from './codec.ts';
import { encodeFrame, FRAME_STATUS, FRAME_TYPES, type FrameHeader } from './frame.ts';
import { KEEPALIVE_PROGRAM } from './keepalive.ts';
import { EVENTS, PROCEDURES, PROGRAMS } from './protocol.gen.ts';
import { RpcChannel } from './rpc-channel.ts';

/** A peer on a real socket that says whatever a test wants. */
describe('a hostile peer', () => {
  let server: net.Server;
  let channel: RpcChannel;
  let peer: net.Socket;
  const received: Buffer[] = [];

  beforeAll(async () => {
    server = net.createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
  });
  afterAll(() => server.close());
  afterEach(() => channel.destroy(new ChannelError('closed', 'the test is over')));

  async function open(keepalive?: { intervalMs: number; count: number }): Promise<void> {
    const accepted = new Promise<net.Socket>((resolve) => {
      server.once('connection', resolve);
    });
    channel = new RpcChannel(net.connect((server.address() as net.AddressInfo).port, '127.0.0.1'), keepalive);
    peer = await accepted;
    received.length = 0;
    peer.on('data', (chunk: Buffer) => received.push(chunk));
    peer.on('error', () => undefined);
  }

  const reply: FrameHeader = {
    program: PROGRAMS.remote,
    procedure: PROCEDURES.connectGetURI.number,
    type: FRAME_TYPES.reply,
    serial: 1,
    status: FRAME_STATUS.ok,
  };
  const uri = encodeFields(PROCEDURES.connectGetURI.result, { uri: 'test:///default' });
  const say = (header: Partial<FrameHeader>, payload: Buffer = uri) =>
    peer.write(Buffer.concat(encodeFrame({ ...reply, ...header }, payload)));

  it('is believed while it keeps to the protocol', async () => {
    await open();
    const call = channel.call('connectGetURI', {});
    say({});
    expect(await call).toEqual({ uri: 'test:///default' });
  });

  const list = PROCEDURES.connectListAllDomains;
  const lies: [string, () => void][] = [
    ['a frame of 2 GB', () => peer.write(Buffer.from('7fffffff', 'hex'))],
    ['a frame shorter than its header', () => peer.write(Buffer.from('0000001b', 'hex'))],
    ['an answer to a call that nobody made', () => say({ serial: 99 })],
    ['an answer with serial 0', () => say({ serial: 0 })],
    ["another call's answer", () => say({ procedure: PROCEDURES.connectGetHostname.number })],
    ["another program's answer", () => say({ program: PROGRAMS.qemu })],
    ['an answer that ends early', () => say({}, uri.subarray(0, 8))],
    ['an answer with more behind it', () => say({}, Buffer.concat([uri, Buffer.alloc(4)]))],
    ['a string longer than its message', () => say({}, Buffer.from('003fffff', 'hex'))],
    ['a list of four billion', () => say({ procedure: list.number }, Buffer.from('ffffffff', 'hex'))],
    ['an error that is none', () => say({ status: FRAME_STATUS.error }, Buffer.from('00', 'hex'))],
    ['an answer to be continued', () => say({ status: FRAME_STATUS.continue })],
    ['an event that does not exist', () => say({ type: FRAME_TYPES.message, procedure: 1, serial: 0 })],
    ['a broken event', () => say({ type: FRAME_TYPES.message, procedure: EVENTS.lifecycle.number, serial: 0 })],
    ['a packet of a stream that is not open', () => say({ type: FRAME_TYPES.stream })],
    ['a strange keepalive', () => say({ program: KEEPALIVE_PROGRAM, procedure: 3, type: FRAME_TYPES.message })],
    ['a call', () => say({ type: FRAME_TYPES.call })],
  ];
  it.each(lies)('is cut off for %s', async (_name, lie) => {
    await open();
    const call = channel.call('connectGetURI', {});
    lie();
    await expect(call).rejects.toMatchObject({ name: 'ChannelError', kind: 'protocol', sent: true });
    expect(await channel.closed).toMatchObject({ message: expect.stringMatching(/^libvirtd broke the protocol: /) });
    await expect(channel.call('connectGetURI', {})).rejects.toMatchObject({ kind: 'protocol', sent: false });
  });

  it('is cut off for stream data on an upload, or after the end of a stream', async () => {
    for (const packets of [[FRAME_STATUS.continue], [FRAME_STATUS.ok, FRAME_STATUS.continue]]) {
      await open();
      const opening = channel.openStream('storageVolUpload', { vol, offset: 0n, length: 0n, flags: 0 });
      const procedure = PROCEDURES.storageVolUpload.number;
      say({ procedure }, Buffer.alloc(0));
      const { stream } = await opening;
      for (const status of packets) say({ procedure, type: FRAME_TYPES.stream, status }, Buffer.alloc(4));
      expect(await channel.closed).toMatchObject({ kind: 'protocol' });
      stream.destroy();
    }
  });

  const vol = { pool: 'p', name: 'v', key: 'k' };
  const download = PROCEDURES.storageVolDownload.number;
  const askDownload = () => channel.openStream('storageVolDownload', { vol, offset: 0n, length: 0n, flags: 0 });
  const packet = (data: string) =>
    say({ procedure: download, type: FRAME_TYPES.stream, status: FRAME_STATUS.continue }, Buffer.from(data));

  it('may send the first packets of a stream before the answer that opens it', async () => {
    await open();
    const opening = askDownload();
    packet('boot ');
    packet('log');
    packet('');
    say({ procedure: download }, Buffer.alloc(0));
    const { stream } = await opening;
    say({ procedure: download, type: FRAME_TYPES.stream }, Buffer.alloc(0));
    const read: Buffer[] = [];
    for await (const chunk of stream) read.push(chunk as Buffer);
    expect(Buffer.concat(read).toString()).toBe('boot log');
    expect(channel.isOpen).toBe(true);
  });

  it('is cut off when it sends packets without end, and no answer', async () => {
    await open();
    const opening = askDownload();
    for (let count = 0; count < 65; count++) packet('x');
    await expect(opening).rejects.toMatchObject({ kind: 'protocol' });
  });

  it('cannot make us hang or crash with random frames', async () => {
    const noise = fc.record({
      program: fc.constantFrom(PROGRAMS.remote, PROGRAMS.qemu, KEEPALIVE_PROGRAM, 0),
      procedure: fc.constantFrom(110, 273, 318, 209, 1, 2, 0, -1),
      type: fc.constantFrom(...Object.values(FRAME_TYPES)),
      serial: fc.constantFrom(0, 1, 2, 3),
      status: fc.constantFrom(...Object.values(FRAME_STATUS)),
      payload: fc.uint8Array({ maxLength: 64 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(noise, { minLength: 1, maxLength: 6 }), async (frames) => {
        await open();
        const call = channel.call('connectGetURI', {}).catch((error: Error) => error);
        for (const { payload, ...header } of frames) peer.write(Buffer.concat(encodeFrame(header, payload)));
        peer.end();
        await channel.closed;
        await call;
      }),
      { numRuns: 200 },
    );
  });

  it('is cut off when it leaves all calls in flight unanswered', async () => {
    await open();
    const calls = Array.from({ length: 6 }, (_, index) =>
      channel.call('connectGetURI', {}, { timeoutMs: index < 4 ? 20 : 5_000 }).catch((error: unknown) => error),
    );
    expect(await Promise.all(calls)).toMatchObject([
      ...Array.from({ length: 4 }, () => ({ kind: 'timeout', sent: true })),
      { kind: 'closed', sent: false },
      { kind: 'closed', sent: false },
    ]);
  });

  it('gets four calls at a time, and a call that was given up keeps its place', async () => {
    await open();
    const abort = new AbortController();
    const calls = Array.from({ length: 5 }, (_, index) =>
      channel.call('connectGetURI', {}, index === 0 ? { signal: abort.signal } : {}).catch((error: unknown) => error),
    );
    abort.abort(new Error('enough'));
    expect(await calls[0]).toMatchObject({ kind: 'aborted', sent: true, cause: { message: 'enough' } });
    say({ serial: 1 });
    for (const serial of [2, 3, 4, 5]) say({ serial });
    // An answer to serial 5 is only believed because the answer to 1 made room for it.
    expect(await Promise.all(calls.slice(1))).toEqual(Array(4).fill({ uri: 'test:///default' }));
  });

  it('is asked for a sign of life, answered when it asks, and cut off when it is silent', async () => {
    await open({ intervalMs: 20, count: 2 });
    channel.startKeepalive();
    say({ program: KEEPALIVE_PROGRAM, procedure: 1, type: FRAME_TYPES.message, serial: 0 }, Buffer.alloc(0));
    expect(await channel.closed).toMatchObject({ kind: 'closed', message: 'libvirtd gave no sign of life' });
    const sent = Buffer.concat(received);
    const procedures = Array.from({ length: sent.length / 28 }, (_, index) => sent.readInt32BE(index * 28 + 12));
    expect(procedures[0]).toBe(2);
    expect(new Set(procedures)).toEqual(new Set([1, 2]));
  });
});
