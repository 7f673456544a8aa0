import type { Duplex } from 'node:stream';
import { LibvirtConnection } from '#server/transport/libvirt-rpc/libvirt-connection.ts';
import type { Machine } from '#server/transport/machine.ts';
import { TransportError } from '#server/transport/transport-error.ts';
import {
  type CallOptions,
  type ConsoleTarget,
  type Driver,
  DriverError,
  type EngineReport,
  type HostChange,
  type HostConsole,
  type HostImage,
  type HostInventory,
  type ImageSource,
  type InstanceRef,
  type InstanceSpec,
  type Leftover,
  type LogLine,
  type LogWanted,
  type ObservedInstance,
  type ObservedVolume,
  type ProgressOption,
  type VolumeRef,
  type VolumeSpec,
} from '../driver.ts';
import { ensureBaseImage } from './base-image.ts';
import { openBootLog } from './boot-log.ts';
import { readHypervisor } from './capabilities.ts';
import { openDomainConsole } from './console.ts';
import * as domains from './domain.ts';
import { DomainDocuments } from './domain-document.ts';
import { driverFailure } from './driver-failure.ts';
import { HostCalls } from './host-calls.ts';
import { inspectHost } from './inspect-host.ts';
import { getInstance, listHost } from './inventory.ts';
import { ensureNetwork } from './network.ts';
import { ensurePool } from './pool.ts';
import { removeBaseImage } from './remove-base-image.ts';
import type { TestGuestResult } from './test-guest.ts';
import { createVolume, deleteVolume, findVolume } from './volume.ts';
import { HostWatch, WATCHED_EVENTS } from './watch.ts';

/** The monolithic daemon first: where it runs, it owns everything. Modular daemons have one for QEMU. */
const SOCKET_PATHS = ['/run/libvirt/libvirt-sock', '/run/libvirt/virtqemud-sock'];
/** How long a look after an event may take. */
const LOOK_TIMEOUT_MS = 15_000;

interface LibvirtDriverOptions {
  /** Stays its owner's: `close` does not close it. */
  machine: Machine;
  /** Default: where distributions put it. */
  socketPath?: string;
  /** Default: qemu:///system. */
  uri?: string;
}

/**
 * libvirt on one host. It connects at the first call, and from then on keeps its connection until `close`. What each
 * verb does stands in the file of its noun.
 */
export class LibvirtDriver implements Driver {
  readonly engine = 'libvirt';
  readonly #uri: string;
  readonly #machine: Machine;
  readonly #connection: LibvirtConnection;
  readonly #documents = new DomainDocuments();
  #arch: string | null = null;
  #testGuest: TestGuestResult | null = null;
  #isConnecting = false;

  constructor({ machine, socketPath, uri = 'qemu:///system' }: LibvirtDriverOptions) {
    const paths = socketPath === undefined ? SOCKET_PATHS : [socketPath];
    this.#uri = uri;
    this.#machine = machine;
    this.#connection = new LibvirtConnection({
      openSocket: ({ signal }) => openFirst(machine, paths, signal),
      uri,
      events: WATCHED_EVENTS,
    });
  }

  inspect(options: CallOptions & { bootTestGuest: boolean }): Promise<EngineReport> {
    // Whoever asks the doctor has perhaps just mended the host: it is not told of yesterday's failure.
    this.#isConnecting = false;
    return this.#run('Inspecting libvirt', options, async (calls) => {
      const result = await inspectHost(calls, { boot: options.bootTestGuest, earlier: this.#testGuest });
      this.#testGuest = result.testGuest;
      return result.report;
    });
  }

  list(options: CallOptions): Promise<HostInventory> {
    return this.#run('Listing the VMs', options, (calls) => listHost(calls, this.#documents));
  }

  async watch(listener: (change: HostChange) => void): Promise<{ stop(): Promise<void> }> {
    const options = () => ({ signal: new AbortController().signal, timeoutMs: LOOK_TIMEOUT_MS });
    const look = (id: string) => this.getInstance(id, options());
    const failure = (error: unknown) =>
      driverFailure(error, { doing: 'Watching the host', mayHaveChanged: false, wasCancelled: false });
    const watch = new HostWatch({ connection: this.#connection, look, failure }, listener);
    this.#connect();
    return watch;
  }

  getInstance(id: string, options: CallOptions): Promise<ObservedInstance | null> {
    return this.#run('Looking at the VM', options, (calls) => getInstance(calls, id, this.#documents));
  }

  prepare(need: { storagePool: string; network: string }, options: CallOptions): Promise<void> {
    return this.#run('Preparing the host', options, async (calls) => {
      await ensurePool(calls, need.storagePool);
      await ensureNetwork(calls, need.network);
    });
  }

  ensureImage(image: ImageSource, options: CallOptions & ProgressOption): Promise<{ ref: string }> {
    return this.#run('Bringing the image to the host', options, async (calls) => {
      if (image.kind !== 'vm') throw unsupported('Container images need an engine for containers.');
      return ensureBaseImage(calls, image, options.onProgress);
    });
  }

  createVolume(volume: VolumeSpec, options: CallOptions): Promise<void> {
    return this.#run('Making the disk', options, (calls) => createVolume(calls, volume));
  }

  findVolume(volume: VolumeRef, options: CallOptions): Promise<ObservedVolume | null> {
    return this.#run('Looking for the disk', options, (calls) => findVolume(calls, volume));
  }

  deleteVolume(volume: VolumeRef, options: CallOptions): Promise<void> {
    return this.#run('Deleting the disk', options, (calls) => deleteVolume(calls, volume));
  }

  defineInstance(spec: InstanceSpec, options: CallOptions): Promise<void> {
    return this.#run('Defining the VM', options, async (calls) => {
      if (spec.kind !== 'vm') throw unsupported('Containers need an engine for containers.');
      this.#arch ??= (await readHypervisor(calls)).arch;
      await domains.defineDomain(calls, spec, this.#arch);
    });
  }

  undefineInstance(ref: InstanceRef, options: CallOptions): Promise<void> {
    return this.#run('Removing the VM', options, (calls) => domains.undefineDomain(calls, ref));
  }

  startInstance(ref: InstanceRef, options: CallOptions): Promise<void> {
    return this.#run('Starting the VM', options, (calls) => domains.startDomain(calls, ref));
  }

  requestStop(ref: InstanceRef, options: CallOptions): Promise<void> {
    return this.#run('Asking the VM to stop', options, (calls) => domains.requestStop(calls, ref));
  }

  forceOff(ref: InstanceRef, options: CallOptions): Promise<void> {
    return this.#run('Forcing the VM off', options, (calls) => domains.forceOff(calls, ref));
  }

  reboot(ref: InstanceRef, options: CallOptions): Promise<void> {
    return this.#run('Rebooting the VM', options, (calls) => domains.reboot(calls, ref));
  }

  reset(ref: InstanceRef, options: CallOptions): Promise<void> {
    return this.#run('Resetting the VM', options, (calls) => domains.reset(calls, ref));
  }

  pause(ref: InstanceRef, options: CallOptions): Promise<void> {
    return this.#run('Pausing the VM', options, (calls) => domains.pause(calls, ref));
  }

  resume(ref: InstanceRef, options: CallOptions): Promise<void> {
    return this.#run('Resuming the VM', options, (calls) => domains.resume(calls, ref));
  }

  rename(ref: InstanceRef, name: string, options: CallOptions): Promise<void> {
    return this.#run('Renaming the VM', options, (calls) => domains.rename(calls, ref, name));
  }

  async listImages(): Promise<HostImage[]> {
    return [];
  }

  async removeImage(): Promise<void> {
    throw unsupported('libvirt keeps no container images.');
  }

  async loadImage(): Promise<{ refs: string[] }> {
    throw unsupported('libvirt loads no container images.');
  }

  removeLeftover(leftover: Leftover, options: CallOptions): Promise<boolean> {
    return this.#run('Removing what nobody uses', options, async (calls) => {
      // libvirt's network `atoll` is shared by all projects and stays.
      if (leftover.kind !== 'base-image') return false;
      return removeBaseImage(calls, leftover.id);
    });
  }

  openConsole(ref: InstanceRef, target: ConsoleTarget, options: CallOptions): Promise<HostConsole> {
    return this.#run('Opening the console', options, (calls) => openDomainConsole(calls, this.#machine, ref, target));
  }

  openLog(
    ref: InstanceRef,
    wanted: LogWanted,
    options: CallOptions & { stop: AbortSignal },
  ): Promise<AsyncIterable<LogLine>> {
    return this.#run('Reading the boot log', options, (calls) => {
      // Later parts have deadlines of their own.
      const download = (...args: Parameters<HostCalls['download']>) =>
        new HostCalls(this.#connection, this.#uri, { signal: options.stop, timeoutMs: LOOK_TIMEOUT_MS }).download(
          ...args,
        );
      return openBootLog(calls, download, ref, wanted, options.stop);
    });
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #run<T>(doing: string, options: CallOptions, act: (calls: HostCalls) => Promise<T>): Promise<T> {
    const calls = new HostCalls(this.#connection, this.#uri, options);
    this.#connect();
    try {
      return await act(calls);
    } catch (error) {
      const { mayHaveChanged, wasCancelled } = calls;
      throw driverFailure(error, { doing, mayHaveChanged, wasCancelled });
    }
  }

  #connect(): void {
    if (this.#isConnecting) return;
    this.#isConnecting = true;
    // Each call fails with the reason while there is no connection, and the connection itself tries on.
    this.#connection.connect().catch(() => undefined);
  }
}

async function openFirst(machine: Machine, paths: readonly string[], signal: AbortSignal): Promise<Duplex> {
  let absent: TransportError | null = null;
  for (const path of paths) {
    try {
      return await machine.openUnixSocket(path, { signal });
    } catch (error) {
      const isAbsent = error instanceof TransportError && (error.code === 'not_found' || error.code === 'refused');
      if (!isAbsent) throw error;
      absent ??= error;
    }
  }
  throw absent ?? new TransportError('not_found', 'no socket of libvirt is known');
}

function unsupported(message: string): DriverError {
  return new DriverError('driver_failed', message, { outcome: 'not_done' });
}
