import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineType } from '#server/contract/host.ts';
import type {
  ConsoleTarget,
  InstanceRef,
  InstanceSpec,
  Leftover,
  LogLine,
  LogWanted,
  ObservedInstance,
  PowerState,
  VolumeRef,
  VolumeSpec,
} from '../driver.ts';
import { DriverError } from '../driver.ts';
import { SimulatedConsole } from './simulated-console.ts';

export interface SimulatedHostOptions {
  engine: EngineType;
  vcpus?: number;
  memoryMiB?: number;
  diskGiB?: number;
}

interface SimulatedInstance {
  observed: ObservedInstance;
  /** Null for what was not made by us. */
  spec: InstanceSpec | null;
}

const gib = 2 ** 30;

/**
 * What exists on a simulated host. Its methods are what an engine does once a request has arrived: each happens wholly or
 * not at all, at once. Several drivers may share one host, as several workers share a real one.
 */
export class SimulatedHost {
  readonly engine: EngineType;
  readonly machineId = randomUUID();
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly diskBytes: number;
  readonly instances = new Map<string, SimulatedInstance>();
  readonly volumes = new Map<string, VolumeSpec>();
  readonly images = new Set<string>();
  readonly networks = new Set<string>();
  /** Open consoles by instance, the newest last. */
  readonly consoles = new Map<string, SimulatedConsole[]>();
  /** What the guests have printed. */
  readonly logs = new Map<string, LogLine[]>();
  readonly #listeners = new Set<(id: string, observed: ObservedInstance | null) => void>();

  constructor(options: SimulatedHostOptions) {
    this.engine = options.engine;
    this.vcpus = options.vcpus ?? 16;
    this.memoryMiB = options.memoryMiB ?? 65_536;
    this.diskBytes = (options.diskGiB ?? 500) * gib;
  }

  onChange(listener: (id: string, observed: ObservedInstance | null) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  createVolume(spec: VolumeSpec): void {
    if (this.findVolume(spec)) return;
    if (spec.baseSha256 !== null && !this.images.has(spec.baseSha256)) {
      throw refusal('not_found', 'There is no base volume of this image on the host.');
    }
    const used = [...this.volumes.values()].reduce((sum, { sizeGiB }) => sum + sizeGiB * gib, 0);
    if (used + spec.sizeGiB * gib > this.diskBytes) throw refusal('host_storage_full', 'The disk of the host is full.');
    this.volumes.set(spec.id, spec);
  }

  findVolume(ref: VolumeRef): VolumeSpec | null {
    const volume = this.volumes.get(ref.id) ?? null;
    if (volume && volume.projectId !== ref.projectId) {
      throw refusal('conflict', 'This volume belongs to another project.');
    }
    return volume;
  }

  deleteVolume(ref: VolumeRef): void {
    if (!this.findVolume(ref)) return;
    const isUsed = [...this.instances.values()].some(({ spec }) => spec !== null && volumeIds(spec).includes(ref.id));
    if (isUsed) throw refusal('in_use', 'An instance still uses this volume.');
    this.volumes.delete(ref.id);
  }

  define(spec: InstanceSpec): void {
    const { instanceId: id, projectId, generation } = spec.tag;
    const existing = this.instances.get(id);
    if (existing) {
      requireSame(existing.observed, { id, projectId, generation });
      return;
    }
    for (const volumeId of volumeIds(spec)) {
      if (!this.volumes.has(volumeId)) throw refusal('not_found', `There is no volume ${volumeId} on the host.`);
    }
    this.#change(id, {
      spec,
      observed: {
        id,
        kind: spec.kind,
        tag: { ...spec.tag },
        name: `${spec.name}-${id.slice(0, 8)}`,
        state: 'stopped',
        reason: null,
        vcpus: spec.vcpus,
        memoryMiB: spec.memoryMiB,
        image: spec.kind === 'container' ? spec.imageRef : null,
        addresses: [],
        ports: [],
      },
    });
  }

  undefine(ref: InstanceRef): void {
    const existing = this.instances.get(ref.id);
    if (!existing) return;
    const found = existing.observed.tag?.generation ?? ref.generation;
    requireSame(existing.observed, { ...ref, generation: Math.min(ref.generation, found) });
    this.#change(ref.id, null);
  }

  leftovers(): Leftover[] {
    const bases = this.engine === 'libvirt' ? [...this.images] : [];
    return [
      ...[...this.networks].map((id) => ({ kind: 'network' as const, id })),
      ...bases.map((id) => ({ kind: 'base-image' as const, id })),
    ];
  }

  removeLeftover({ kind, id }: Leftover): boolean {
    if (kind === 'base-image') {
      if ([...this.volumes.values()].some((volume) => volume.baseSha256 === id)) return false;
      this.images.delete(id);
      return true;
    }
    if (kind !== 'network' || this.engine !== 'docker') return false;
    if ([...this.instances.values()].some(({ spec }) => spec?.tag.projectId === id)) return false;
    this.networks.delete(id);
    return true;
  }

  /** Moves ours from one of these states to another; already there is done. */
  move(ref: InstanceRef, from: readonly PowerState[], to: PowerState, reason: string | null = null): void {
    const instance = this.require(ref);
    const { state } = instance.observed;
    if (state === to && !from.includes(to)) return;
    if (!from.includes(state)) throw refusal('state_conflict', `It is ${state}.`);
    this.setState(ref.id, to, reason);
  }

  rename(ref: InstanceRef, name: string): void {
    const instance = this.require(ref);
    const observed = { ...instance.observed, name: `${name}-${ref.id.slice(0, 8)}` };
    this.#change(ref.id, { ...instance, observed });
  }

  require(ref: InstanceRef): SimulatedInstance {
    const instance = this.instances.get(ref.id);
    if (!instance) throw refusal('not_found', 'There is no such instance on the host.');
    requireSame(instance.observed, ref);
    return instance;
  }

  /** Opens a console of what runs; a second serial one only by taking it from the first. */
  openConsole(ref: InstanceRef, target: ConsoleTarget): SimulatedConsole {
    const { observed } = this.require(ref);
    if (observed.state !== 'running') throw refusal('state_conflict', `It is ${observed.state}.`);
    const ofVm = target.kind === 'vnc' || target.kind === 'serial';
    if (ofVm !== (observed.kind === 'vm')) throw refusal('state_conflict', 'It has no such console.');
    const open = (this.consoles.get(ref.id) ?? []).filter((each) => !each.destroyed);
    for (const other of target.kind === 'serial' ? open.filter((each) => each.target.kind === 'serial') : []) {
      if (target.kind === 'serial' && !target.takeOver)
        throw refusal('in_use', 'Somebody else has the serial console.');
      other.lose({ end: 'taken_over' });
    }
    const console = new SimulatedConsole(target);
    this.consoles.set(ref.id, [...open, console]);
    return console;
  }

  /** What was printed so far and, when it is followed, lines that are added to {@link logs} until `stop`. */
  async *readLog(ref: InstanceRef, { follow, tail }: LogWanted, stop: AbortSignal): AsyncGenerator<LogLine> {
    this.require(ref);
    const lines = this.logs.get(ref.id) ?? [];
    let at = tail === null ? 0 : Math.max(0, lines.length - tail);
    while (!stop.aborted) {
      for (; at < lines.length; at += 1) yield lines[at] as LogLine;
      if (!follow) return;
      await sleep(10, undefined, { signal: stop }).catch(() => undefined);
    }
  }

  /** What happens without Atoll: a guest that ends, somebody with virsh or docker, a power failure. */
  setState(id: string, state: PowerState, reason: string | null = null): void {
    const instance = this.instances.get(id);
    if (state !== 'running' && state !== 'paused') for (const console of this.consoles.get(id) ?? []) console.lose();
    if (instance) this.#change(id, { ...instance, observed: { ...instance.observed, state, reason } });
  }

  /** Somebody runs something here without Atoll; answers its id. */
  addUnmanaged(name: string): string {
    const id = randomUUID();
    const kind = this.engine === 'libvirt' ? 'vm' : 'container';
    const sizes = { vcpus: 1, memoryMiB: 512, image: null, addresses: [], ports: [] };
    this.#change(id, { spec: null, observed: { id, kind, tag: null, name, state: 'running', reason: null, ...sizes } });
    return id;
  }

  #change(id: string, instance: SimulatedInstance | null): void {
    if (instance) this.instances.set(id, instance);
    else {
      for (const console of this.consoles.get(id) ?? []) console.lose();
      for (const kept of [this.instances, this.consoles, this.logs]) kept.delete(id);
    }
    for (const listener of this.#listeners) listener(id, instance?.observed ?? null);
  }
}

function volumeIds(spec: InstanceSpec): string[] {
  return (spec.kind === 'vm' ? spec.disks : spec.volumes).map(({ volumeId }) => volumeId);
}

function requireSame({ tag }: ObservedInstance, ref: InstanceRef): void {
  if (tag?.instanceId === ref.id && tag.projectId === ref.projectId && tag.generation === ref.generation) return;
  throw refusal('conflict', 'What is on the host under this id is not this instance.');
}

/** The engine has said no: nothing was done. */
function refusal(code: DriverError['code'], message: string): DriverError {
  return new DriverError(code, message, { outcome: 'not_done' });
}
