import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabHost } from '#server/testing/lab/lab-host.ts';
import { startHost } from '#server/testing/lab/start-host.ts';
import { PROCEDURES } from '#server/transport/libvirt-rpc/protocol.gen.ts';
import { LocalMachine } from '#server/transport/local/local-machine.ts';
import type { CallOptions, VmSpec, VolumeSpec } from '../driver.ts';
import { buttonGuestImage } from './button-guest.ts';
import { LibvirtDriver } from './libvirt-driver.ts';
import { OWN_POOL_NAME } from './names.ts';

const options = (): CallOptions => ({ signal: new AbortController().signal, timeoutMs: 30_000 });
/** QEMU's own program has the same numbers again, and nobody here speaks it. */
const REMOTE_CALLS = Object.values(PROCEDURES).filter((each) => each.program === 'remote');
const CHANGING = new Set<number>(REMOTE_CALLS.filter((each) => !each.readOnly).map((each) => each.number));
const CALL = 0;

/** Before the daemon heard of a call, or after it acted and before we hear of that. */
type Moment = 'before' | 'after';

/** A line to libvirtd that breaks at its n-th call that changes something. */
class CuttableLine {
  readonly path: string;
  readonly #server: net.Server;
  #left = 0;
  #moment: Moment = 'before';

  constructor(path: string, target: string) {
    this.path = path;
    this.#server = net.createServer((client) => this.#relay(client, net.connect(target)));
    this.#server.listen(path);
  }

  arm(nth: number, moment: Moment): void {
    this.#left = nth;
    this.#moment = moment;
  }

  /** Whether it broke since it was armed. */
  get wasCut(): boolean {
    return this.#left <= 0;
  }

  close(): void {
    this.#server.close();
  }

  #relay(client: net.Socket, daemon: net.Socket): void {
    let pending = Buffer.alloc(0);
    let isCut = false;
    const cut = () => {
      client.destroy();
      daemon.destroy();
    };
    for (const socket of [client, daemon]) socket.on('error', cut).on('close', cut);
    daemon.on('data', (chunk) => (isCut ? cut() : client.write(chunk)));
    client.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      while (!isCut && pending.length >= 4 && pending.length >= pending.readUInt32BE(0)) {
        const frame = pending.subarray(0, pending.readUInt32BE(0));
        pending = pending.subarray(frame.length);
        const changes = frame.readInt32BE(16) === CALL && CHANGING.has(frame.readInt32BE(12));
        if (changes) this.#left -= 1;
        isCut = changes && this.#left === 0;
        if (!isCut || this.#moment === 'after') daemon.write(frame);
      }
      if (isCut && this.#moment === 'before') cut();
    });
  }
}

describe('a line that breaks at any changing call', () => {
  const projectId = randomUUID();
  const image = buttonGuestImage(OWN_POOL_NAME);
  let host: LabHost;
  let folder: string;
  let line: CuttableLine;
  let steady: LibvirtDriver;

  beforeAll(async () => {
    host = await startHost({ name: 'cut-line', engines: ['libvirt'] });
    folder = await mkdtemp(join(tmpdir(), 'cut-line-'));
    line = new CuttableLine(join(folder, 'socket'), host.info.libvirtSocketPath);
    steady = new LibvirtDriver({ machine: new LocalMachine(), socketPath: host.info.libvirtSocketPath });
    await steady.prepare({ storagePool: OWN_POOL_NAME, network: 'default' }, options());
    await steady.ensureImage(image, options());
  });
  afterAll(async () => {
    line?.close();
    await steady?.close();
    await host?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function thing() {
    const operationId = randomUUID();
    const tag = { instanceId: randomUUID(), projectId, operationId, generation: 1 };
    const place = { id: randomUUID(), projectId, kind: 'disk' as const, storagePool: OWN_POOL_NAME, operationId };
    const volume: VolumeSpec = { ...place, name: 'root', sizeGiB: 1, baseSha256: image.sha256, baseFormat: 'raw' };
    const spec: VmSpec = {
      kind: 'vm',
      tag,
      name: 'cut',
      hostname: 'cut',
      vcpus: 1,
      memoryMiB: 32,
      storagePool: OWN_POOL_NAME,
      domainType: 'qemu',
      machine: 'pc',
      disks: [{ volumeId: volume.id, bootOrder: 1 }],
      cdromSha256: null,
      network: 'default',
      mac: '52:54:00:00:00:02',
      seed: { metaData: 'local-hostname: cut\n', userData: '#cloud-config\n{}\n', networkConfig: null },
    };
    return { volume, spec, ref: { id: tag.instanceId, projectId, generation: 1 } };
  }
  type Thing = ReturnType<typeof thing>;
  type Step = [name: string, act: (driver: LibvirtDriver, given: Thing) => Promise<void>, after: string];

  const life: Step[] = [
    ['createVolume', (driver, { volume }) => driver.createVolume(volume, options()), 'gone'],
    ['defineInstance', (driver, { spec }) => driver.defineInstance(spec, options()), 'stopped'],
    ['rename', (driver, { ref }) => driver.rename(ref, 'mended', options()), 'stopped'],
    ['startInstance', (driver, { ref }) => driver.startInstance(ref, options()), 'running'],
    ['pause', (driver, { ref }) => driver.pause(ref, options()), 'paused'],
    ['resume', (driver, { ref }) => driver.resume(ref, options()), 'running'],
    ['undefineInstance', (driver, { ref }) => driver.undefineInstance(ref, options()), 'gone'],
    ['deleteVolume', (driver, { volume }) => driver.deleteVolume(volume, options()), 'gone'],
  ];
  const stateOf = async ({ ref }: Thing) => (await steady.getInstance(ref.id, options()))?.state ?? 'gone';

  /** Runs one step over the cuttable line with a driver of its own; answers what it failed with. */
  async function tryOnce(step: Step, given: Thing): Promise<unknown> {
    const driver = new LibvirtDriver({ machine: new LocalMachine(), socketPath: line.path });
    try {
      await step[1](driver, given);
      return null;
    } catch (error) {
      return error;
    } finally {
      await driver.close();
    }
  }

  const cases = life.flatMap((step, index) =>
    (['before', 'after'] as const).map((moment) => [step[0], moment, index] as const),
  );
  it.each(cases)(
    '%s, %s it was done: says that it does not know, and is repeated well',
    async (_name, moment, index) => {
      const step = life[index]!;
      let cuts = 0;
      for (let nth = 1; ; nth++) {
        const given = thing();
        for (const earlier of life.slice(0, index)) await earlier[1](steady, given);
        line.arm(nth, moment);
        const failure = await tryOnce(step, given);
        const { wasCut } = line;
        line.arm(Number.MAX_SAFE_INTEGER, moment);
        if (failure) expect(failure).toMatchObject({ name: 'DriverError', outcome: 'unknown' });
        // Cut and yet content: the driver has looked by itself, and found it done.
        if (!wasCut) expect(failure).toBeNull();
        expect(await tryOnce(step, given)).toBeNull();
        expect(await stateOf(given)).toBe(step[2]);
        for (const later of life.slice(-2)) await later[1](steady, given);
        if (!wasCut) break;
        cuts += 1;
      }
      expect(cuts).toBeGreaterThan(0);
      const { instances, volumes, leftovers } = await steady.list(options());
      // Base images stay for the next guest; the sweep removes those that nothing uses.
      const left = leftovers.filter(({ kind }) => kind !== 'base-image');
      expect({ instances, volumes, left }).toEqual({ instances: [], volumes: [], left: [] });
    },
  );
});
