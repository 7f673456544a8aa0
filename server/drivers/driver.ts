import type { Duplex } from 'node:stream';
import type { ErrorCode } from '#server/contract/errors.ts';
import type { DoctorCheck, EngineType } from '#server/contract/host.ts';

/**
 * What Atoll asks of one engine (libvirt or Docker) on one host.
 *
 * Every verb that changes something is idempotent and may be repeated after any failure: it looks at the host first
 * and does only what is missing. Names on the host derive from Atoll's ids, and everything Atoll makes carries a
 * {@link Tag}. A driver refuses to change what does not carry the tag of the instance it was asked about.
 *
 * Every call takes a {@link CallOptions} with a deadline and a signal; when it ends without an answer the error says
 * `outcome: 'unknown'`, and the caller must look at the host (`getInstance`, `findVolume`) before it repeats.
 */
export interface Driver {
  readonly engine: EngineType;

  /** Facts and red lines about the host, for the doctor. Never changes anything but the test guest it boots and removes. */
  inspect(options: CallOptions & { bootTestGuest: boolean }): Promise<EngineReport>;

  /** Everything that runs or is defined on the host: ours (with tag) and unmanaged (tag null), plus our volumes. */
  list(options: CallOptions): Promise<HostInventory>;

  /** Calls back on every change until stopped; `resync` means that events may have been lost: list again. */
  watch(listener: (change: HostChange) => void): Promise<{ stop(): Promise<void> }>;

  getInstance(id: string, options: CallOptions): Promise<ObservedInstance | null>;

  /** Makes storage and network places ready that instances of this project need: pool, bridge. Idempotent. */
  prepare(need: { projectId: string; storagePool: string; network: string }, options: CallOptions): Promise<void>;

  /** Puts an image on the host unless it is there: base volume by checksum for VMs, pull by reference for containers. */
  ensureImage(image: ImageSource, options: CallOptions & ProgressOption): Promise<{ ref: string }>;

  /** Makes a volume, or finds the one it made before. Never overwrites. */
  createVolume(volume: VolumeSpec, options: CallOptions & ProgressOption): Promise<void>;
  findVolume(volume: VolumeRef, options: CallOptions): Promise<ObservedVolume | null>;
  deleteVolume(volume: VolumeRef, options: CallOptions): Promise<void>;

  /** Defines the instance, stopped. For VMs also writes the seed (cloud-init) that `seed` holds. */
  defineInstance(spec: InstanceSpec, options: CallOptions): Promise<void>;
  /** Removes the definition, its seed and its logs; volumes stay. Nothing to remove is success. */
  undefineInstance(ref: InstanceRef, options: CallOptions): Promise<void>;

  startInstance(ref: InstanceRef, options: CallOptions): Promise<void>;
  /** Asks nicely (ACPI, SIGTERM) and returns at once; the caller waits for the state. */
  requestStop(ref: InstanceRef, options: CallOptions): Promise<void>;
  forceOff(ref: InstanceRef, options: CallOptions): Promise<void>;
  /** Asks the guest to reboot; for containers stop and start. */
  reboot(ref: InstanceRef, options: CallOptions): Promise<void>;
  reset(ref: InstanceRef, options: CallOptions): Promise<void>;
  pause(ref: InstanceRef, options: CallOptions): Promise<void>;
  resume(ref: InstanceRef, options: CallOptions): Promise<void>;
  /** Changes the human name that the host shows; ids stay. */
  rename(ref: InstanceRef, name: string, options: CallOptions): Promise<void>;

  /** Container images on the host; empty for libvirt. */
  listImages(options: CallOptions): Promise<HostImage[]>;
  removeImage(id: string, options: CallOptions): Promise<void>;
  /** Loads a `docker save` tar; throws driver_failed where the engine has no such thing. */
  loadImage(tar: AsyncIterable<Uint8Array>, options: CallOptions): Promise<{ refs: string[] }>;

  /**
   * Removes a base image, or the network of a project, that no row of ours refers to. Answers false, and removes nothing, while anything on
   * the host uses it, ours or not, and for other kinds.
   */
  removeLeftover(leftover: Leftover, options: CallOptions): Promise<boolean>;

  /**
   * Opens a console of a running instance; the options bound the opening only. What is typed is never kept.
   *
   * @throws DriverError not done: `not_found`, `state_conflict` (does not run, or has no such console), `in_use` (a serial console
   * that somebody else has, unless it is taken over).
   */
  openConsole(ref: InstanceRef, console: ConsoleTarget, options: CallOptions): Promise<HostConsole>;

  /**
   * What an instance has printed: a container's log, a VM's serial console since it was made. The options bound the opening; leaving the
   * iteration, or `stop`, ends it. Throws DriverError `not_found`.
   */
  openLog(
    ref: InstanceRef,
    wanted: LogWanted,
    options: CallOptions & { stop: AbortSignal },
  ): Promise<AsyncIterable<LogLine>>;

  close(): Promise<void>;
}

/** Which console of an instance. vnc and serial are of VMs; exec and attach are of containers. */
export type ConsoleTarget =
  | { kind: 'vnc' }
  /** `takeOver`: whoever has the console loses it. */
  | { kind: 'serial'; takeOver: boolean }
  | { kind: 'attach' }
  | {
      kind: 'exec';
      /** null: the first of bash, ash, sh that the container has. */
      command: readonly string[] | null;
      user: string | null;
      workingDir: string | null;
      tty: boolean;
      columns: number;
      rows: number;
    };

/** An open console. Its stream obeys back-pressure both ways; ending its writable half is an end of input, destroying it hangs up. */
export interface HostConsole {
  stream: Duplex;
  /** Tells the terminal its size; null where there is none to tell. */
  resize: ((columns: number, rows: number) => Promise<void>) | null;
  /** After the stream has closed: how it ended. Never rejects. */
  outcome(): Promise<ConsoleOutcome>;
}

/** `exited`: the command ended by itself; `taken_over`: somebody else opened it; `lost`: the guest or the way to it went away. */
export type ConsoleOutcome = { end: 'exited'; exitCode: number | null } | { end: 'taken_over' } | { end: 'lost' };

export interface LogWanted {
  follow: boolean;
  /** Only lines from then on, and before; a VM's serial console has no times and ignores them. */
  since: Date | null;
  until: Date | null;
  /** So many last lines first; null: all that is kept. */
  tail: number | null;
}

export interface LogLine {
  stream: 'stdout' | 'stderr' | 'console';
  /** As the engine says, to the nanosecond; null where it keeps no times. */
  time: string | null;
  /** Without its line end; bytes that are not UTF-8 are replaced. Hostile: the guest wrote it. */
  text: string;
}

export interface CallOptions {
  signal: AbortSignal;
  /** Milliseconds until the call is given up with outcome unknown. */
  timeoutMs: number;
}

export interface ProgressOption {
  /** Called with bytes done and total (null where unknown), at most a few times per second. */
  onProgress?: (done: number, total: number | null) => void;
}

/** Written on everything we make on a host, read back by `list`. */
export interface Tag {
  instanceId: string;
  projectId: string;
  /** The operation that made it: an undo deletes only what its own operation made. */
  operationId: string;
  /** Grows with every re-creation elsewhere; a lower one on a host is stale and is refused. */
  generation: number;
}

export interface InstanceRef {
  id: string;
  projectId: string;
  generation: number;
}

export interface VolumeRef {
  id: string;
  projectId: string;
  kind: 'disk' | 'container';
  storagePool: string;
}

export type ImageSource =
  | {
      kind: 'vm';
      /** Names the base volume on the host; the bytes never change. */
      sha256: string;
      format: 'qcow2' | 'raw' | 'iso';
      sizeBytes: number;
      virtualSizeBytes: number;
      storagePool: string;
      open(): AsyncIterable<Uint8Array>;
    }
  | { kind: 'container'; ref: string; auth?: { username: string; password: string } };

export interface VolumeSpec extends VolumeRef {
  name: string;
  sizeGiB: number;
  /** null: empty. A disk is an overlay on the base volume of the image. */
  baseSha256: string | null;
  baseFormat: 'qcow2' | 'raw' | null;
  /** For error messages and I3: written on the volume where the engine can. */
  operationId: string;
}

interface CommonSpec {
  tag: Tag;
  /** Human name, unique in the project only; on the host it is followed by part of the id where names must be unique. */
  name: string;
  hostname: string;
  vcpus: number;
  memoryMiB: number;
}

export interface VmSpec extends CommonSpec {
  kind: 'vm';
  storagePool: string;
  domainType: 'kvm' | 'qemu';
  machine: string;
  disks: { volumeId: string; bootOrder: number }[];
  /** ISO image to boot from, by checksum of its base volume. */
  cdromSha256: string | null;
  /** Network name of the host; null for none. */
  network: string | null;
  mac: string;
  /** NoCloud: written to an ISO with label cidata. Null leaves it out. */
  seed: { metaData: string; userData: string; networkConfig: string | null } | null;
}

export interface ContainerSpec extends CommonSpec {
  kind: 'container';
  imageRef: string;
  command: string[];
  entrypoint: string[] | null;
  env: Record<string, string>;
  ports: { containerPort: number; hostPort: number | null; protocol: 'tcp' | 'udp' }[];
  volumes: { volumeId: string; target: string; readOnly: boolean }[];
  network: 'default' | 'none';
  restartPolicy: 'no' | 'on-failure' | 'always' | 'unless-stopped';
  workingDir: string | null;
  user: string | null;
  tty: boolean;
}

export type InstanceSpec = VmSpec | ContainerSpec;

export type PowerState = 'running' | 'paused' | 'stopped' | 'crashed';

export interface ObservedInstance {
  /** Atoll's id for ours; the engine's id (domain UUID, container id) for unmanaged ones. */
  id: string;
  kind: 'vm' | 'container';
  /** null: not made by Atoll, never to be changed. */
  tag: Tag | null;
  name: string;
  state: PowerState;
  /** Why it is in this state where the engine knows: shutdown, destroyed, exit 137 (out of memory)… */
  reason: string | null;
  vcpus: number | null;
  memoryMiB: number | null;
  image: string | null;
  addresses: {
    address: string;
    family: 'ipv4' | 'ipv6';
    source: 'lease' | 'agent' | 'engine';
    network: string | null;
  }[];
  ports: { containerPort: number; hostPort: number | null; protocol: 'tcp' | 'udp' }[];
}

export interface ObservedVolume {
  id: string;
  kind: 'disk' | 'container';
  sizeBytes: number;
  /** Operation that made it where the engine can say. */
  operationId: string | null;
}

export interface HostInventory {
  instances: ObservedInstance[];
  volumes: ObservedVolume[];
  /** Everything else that carries our mark. */
  leftovers: Leftover[];
}

/** `id`: of the instance (seed, log), of the project or libvirt's own name (network), SHA-256 of the image (base-image). */
export interface Leftover {
  kind: 'seed' | 'network' | 'log' | 'base-image';
  id: string;
}

export interface HostImage {
  id: string;
  refs: string[];
  sizeBytes: number;
  createdAt: string | null;
  inUse: boolean;
}

/** `instance`: look at this id again (engine's or Atoll's id as in {@link ObservedInstance.id}). */
export type HostChange =
  | { type: 'instance'; id: string; observed: ObservedInstance | null }
  | { type: 'resync'; reason: string }
  | { type: 'disconnected'; error: DriverError };

export interface EngineReport {
  version: string;
  checks: DoctorCheck[];
  /** Fits hostEngineSchema.capabilities of contract/host.ts. */
  capabilities:
    | {
        type: 'libvirt';
        kvm: 'works' | 'broken' | 'absent';
        arch: string;
        domainType: 'kvm' | 'qemu';
        machine: string;
        guestAgent: boolean;
        bootLog: boolean;
      }
    | {
        type: 'docker';
        apiVersion: string;
        storageDriver: string;
        cgroupVersion: string;
        rootless: boolean;
        usernsRemap: boolean;
        liveRestore: boolean;
        podman: boolean;
      };
  capacity: { vcpus: number; memoryMiB: number; diskGiB: number };
  pools: { name: string; type: string; active: boolean; capacityBytes: number; availableBytes: number }[];
  networks: { name: string; mode: string; subnet: string | null; active: boolean }[];
  /** Stable identity of the machine (libvirt host UUID, Docker engine id), to notice a reinstalled host. */
  machineId: string | null;
}

/**
 * Every failure of a driver. `not_done`: nothing changed on the host, repeating is safe. `unknown`: it may or may not
 * have happened; look before repeating.
 */
export class DriverError extends Error {
  readonly code: ErrorCode;
  readonly outcome: 'not_done' | 'unknown';
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean;
  /** The engine's own words, for logs and for the operation's page. */
  readonly engineMessage: string | null;

  constructor(
    code: ErrorCode,
    message: string,
    options: { outcome: 'not_done' | 'unknown'; retryable?: boolean; engineMessage?: string; cause?: unknown },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'DriverError';
    this.code = code;
    this.outcome = options.outcome;
    this.retryable = options.retryable ?? false;
    this.engineMessage = options.engineMessage ?? null;
  }
}
