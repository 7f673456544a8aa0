import type {
  CallOptions,
  ConsoleTarget,
  Driver,
  EngineReport,
  HostChange,
  HostConsole,
  HostImage,
  HostInventory,
  ImageSource,
  InstanceRef,
  InstanceSpec,
  Leftover,
  LogLine,
  LogWanted,
  ObservedInstance,
  ObservedVolume,
  VolumeRef,
  VolumeSpec,
} from '../driver.ts';
import { DriverError } from '../driver.ts';
import { FaultPlan, type Verb } from './fault-plan.ts';
import type { SimulatedHost } from './simulated-host.ts';
import { simulatedReport } from './simulated-report.ts';
import { VirtualClock } from './virtual-clock.ts';

export interface SimulatorOptions {
  faults?: FaultPlan;
  clock?: VirtualClock;
  /** How long a guest takes to shut down when it is asked, in virtual milliseconds; null: it never does. */
  stopsAfterMs?: number | null;
}

/** Verbs that need room on the disk. */
const filling: readonly Verb[] = ['createVolume', 'ensureImage', 'defineInstance', 'loadImage'];

/** A driver for thousands of hosts and for faults that no real one shows on demand. It proves nothing about an engine. */
export class SimulatorDriver implements Driver {
  readonly engine: Driver['engine'];
  readonly #host: SimulatedHost;
  readonly #faults: FaultPlan;
  readonly #clock: VirtualClock;
  readonly #stopsAfterMs: number | null;
  readonly #watches = new Set<() => void>();

  constructor(host: SimulatedHost, options: SimulatorOptions = {}) {
    this.engine = host.engine;
    this.#host = host;
    this.#faults = options.faults ?? new FaultPlan();
    this.#clock = options.clock ?? new VirtualClock();
    this.#stopsAfterMs = options.stopsAfterMs === undefined ? 2_000 : options.stopsAfterMs;
  }

  async inspect(options: CallOptions): Promise<EngineReport> {
    return this.#call('inspect', options, () => simulatedReport(this.#host));
  }

  async list(options: CallOptions): Promise<HostInventory> {
    return this.#call('list', options, () => ({
      instances: [...this.#host.instances.values()].map(({ observed }) => structuredClone(observed)),
      volumes: [...this.#host.volumes.values()].map(observeVolume),
      leftovers: this.#host.leftovers(),
    }));
  }

  async watch(listener: (change: HostChange) => void): Promise<{ stop(): Promise<void> }> {
    const stopped = new AbortController();
    let last = Promise.resolve();
    const tell = async (id: string, observed: ObservedInstance | null) => {
      const fault = this.#faults.nextForEvent();
      await this.#clock.sleep(this.#faults.latencyMs(null), stopped.signal);
      if (stopped.signal.aborted) return;
      if (fault === 'lose') return listener({ type: 'resync', reason: 'events may have been lost' });
      listener({ type: 'instance', id, observed });
      if (fault === 'duplicate') listener({ type: 'instance', id, observed });
    };
    const off = this.#host.onChange((id, observed) => {
      const now = structuredClone(observed);
      last = last.then(() => tell(id, now)); // late, but in order
    });
    const end = () => {
      off();
      stopped.abort();
      this.#watches.delete(end);
    };
    this.#watches.add(end);
    listener({ type: 'resync', reason: 'watching begins' });
    return { stop: async () => end() };
  }

  async getInstance(id: string, options: CallOptions): Promise<ObservedInstance | null> {
    return this.#call('getInstance', options, () => structuredClone(this.#host.instances.get(id)?.observed ?? null));
  }

  async prepare({ projectId }: { projectId: string }, options: CallOptions): Promise<void> {
    await this.#call('prepare', options, () => this.#host.networks.add(projectId));
  }

  async ensureImage(image: ImageSource, options: CallOptions): Promise<{ ref: string }> {
    const ref = image.kind === 'vm' ? image.sha256 : image.ref;
    await this.#call('ensureImage', options, () => this.#host.images.add(ref));
    return { ref };
  }

  async createVolume(volume: VolumeSpec, options: CallOptions): Promise<void> {
    await this.#call('createVolume', options, () => this.#host.createVolume(volume));
  }

  async findVolume(volume: VolumeRef, options: CallOptions): Promise<ObservedVolume | null> {
    return this.#call('findVolume', options, () => {
      const found = this.#host.findVolume(volume);
      return found && observeVolume(found);
    });
  }

  async deleteVolume(volume: VolumeRef, options: CallOptions): Promise<void> {
    await this.#call('deleteVolume', options, () => this.#host.deleteVolume(volume));
  }

  async defineInstance(spec: InstanceSpec, options: CallOptions): Promise<void> {
    await this.#call('defineInstance', options, () => this.#host.define(spec));
  }

  async undefineInstance(ref: InstanceRef, options: CallOptions): Promise<void> {
    await this.#call('undefineInstance', options, () => this.#host.undefine(ref));
  }

  async startInstance(ref: InstanceRef, options: CallOptions): Promise<void> {
    await this.#call('startInstance', options, () => this.#host.move(ref, ['stopped', 'crashed'], 'running'));
  }

  async requestStop(ref: InstanceRef, options: CallOptions): Promise<void> {
    await this.#call('requestStop', options, () => {
      const { observed } = this.#host.require(ref);
      if (observed.state === 'running' && this.#stopsAfterMs !== null) void this.#stopLater(ref.id, this.#stopsAfterMs);
    });
  }

  async forceOff(ref: InstanceRef, options: CallOptions): Promise<void> {
    const alive = ['running', 'paused', 'crashed'] as const;
    await this.#call('forceOff', options, () => this.#host.move(ref, alive, 'stopped', 'destroyed'));
  }

  async reboot(ref: InstanceRef, options: CallOptions): Promise<void> {
    await this.#call('reboot', options, () => this.#host.move(ref, ['running'], 'running'));
  }

  async reset(ref: InstanceRef, options: CallOptions): Promise<void> {
    await this.#call('reset', options, () => this.#host.move(ref, ['running'], 'running'));
  }

  async pause(ref: InstanceRef, options: CallOptions): Promise<void> {
    await this.#call('pause', options, () => this.#host.move(ref, ['running'], 'paused'));
  }

  async resume(ref: InstanceRef, options: CallOptions): Promise<void> {
    await this.#call('resume', options, () => this.#host.move(ref, ['paused'], 'running'));
  }

  async rename(ref: InstanceRef, name: string, options: CallOptions): Promise<void> {
    await this.#call('rename', options, () => this.#host.rename(ref, name));
  }

  async listImages(options: CallOptions): Promise<HostImage[]> {
    const image = (ref: string) => ({ id: ref, refs: [ref], sizeBytes: 0, createdAt: null, inUse: false });
    return this.#call('listImages', options, () => [...this.#host.images].map(image));
  }

  async removeImage(id: string, options: CallOptions): Promise<void> {
    await this.#call('removeImage', options, () => this.#host.images.delete(id));
  }

  async loadImage(tar: AsyncIterable<Uint8Array>, options: CallOptions): Promise<{ refs: string[] }> {
    let sizeBytes = 0;
    for await (const chunk of tar) sizeBytes += chunk.length;
    const ref = `loaded:${sizeBytes}`;
    await this.#call('loadImage', options, () => this.#host.images.add(ref));
    return { refs: [ref] };
  }

  async removeLeftover(leftover: Leftover, options: CallOptions): Promise<boolean> {
    return this.#call('removeLeftover', options, () => this.#host.removeLeftover(leftover));
  }

  async openConsole(ref: InstanceRef, target: ConsoleTarget, options: CallOptions): Promise<HostConsole> {
    return this.#call('openConsole', options, () => this.#host.openConsole(ref, target));
  }

  async openLog(
    ref: InstanceRef,
    wanted: LogWanted,
    options: CallOptions & { stop: AbortSignal },
  ): Promise<AsyncIterable<LogLine>> {
    return this.#call('openLog', options, () => this.#host.readLog(ref, wanted, options.stop));
  }

  async close(): Promise<void> {
    for (const end of this.#watches) end();
  }

  async #stopLater(id: string, afterMs: number): Promise<void> {
    await this.#clock.sleep(afterMs);
    if (this.#host.instances.get(id)?.observed.state === 'running') this.#host.setState(id, 'stopped', 'shutdown');
  }

  /** Sends a request through the simulated network: it takes time, and may be lost on either way. */
  async #call<T>(verb: Verb, { signal, timeoutMs }: CallOptions, effect: () => T): Promise<T> {
    if (signal.aborted) throw new DriverError('cancelled', `${verb} was given up.`, { outcome: 'not_done' });
    const fault = this.#faults.next(verb);
    const isLost = fault === 'hang';
    const tookMs = isLost ? Number.POSITIVE_INFINITY : this.#faults.latencyMs(fault);
    if (isLost && this.#faults.hasReached()) attempt(effect);
    await this.#clock.sleep(Math.min(tookMs, timeoutMs), signal);
    if (signal.aborted) throw unknown('cancelled', `${verb} was given up.`, false);
    if (tookMs > timeoutMs) throw unknown('timeout', `${verb}: no answer within ${timeoutMs} ms.`, true);
    if (fault === 'full' && filling.includes(verb)) {
      throw new DriverError('host_storage_full', 'The disk of the host is full.', { outcome: 'not_done' });
    }
    if (fault === 'drop-before') throw unknown('engine_unavailable', `${verb}: the connection was lost.`, true);
    if (fault === 'drop-after') {
      attempt(effect);
      throw unknown('engine_unavailable', `${verb}: the connection was lost.`, true);
    }
    return effect();
  }
}

/** The host does it, or refuses; nobody hears which. */
function attempt(effect: () => unknown): void {
  try {
    effect();
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
  }
}

function unknown(code: DriverError['code'], message: string, retryable: boolean): DriverError {
  return new DriverError(code, message, { outcome: 'unknown', retryable });
}

function observeVolume({ id, kind, sizeGiB, operationId }: VolumeSpec): ObservedVolume {
  return { id, kind, sizeBytes: sizeGiB * 2 ** 30, operationId };
}
