import type { EngineType, HostState } from '#server/contract/host.ts';
import type { LoadSource, PoolPolicy } from '#server/contract/host-pool.ts';
import type { InstanceKind } from '#server/contract/instance-state.ts';
import type { PlacementResource } from '#server/contract/placement.ts';
import type { GroupPolicy, GroupStrictness } from '#server/contract/placement-group.ts';

/** One row of host_inventory: `total` is the machine's, `reserved` is kept for the machine itself. */
export interface Capacity {
  total: number;
  /** Overcommit: 4 sells each CPU four times. */
  ratio: number;
  reserved: number;
  used: number;
}

/** What placement knows of a host pool; hosts of one pool share the object. */
export interface PoolSnapshot {
  id: string;
  name: string;
  policy: PoolPolicy;
  loadSource: LoadSource;
  /** Flavors that it takes; empty: all, and custom sizes. */
  flavorIds: ReadonlySet<string>;
}

/** All that placement knows of a host. Read from observed rows; may be seconds old. */
export interface HostSnapshot {
  id: string;
  name: string;
  state: HostState;
  maintenance: boolean;
  /** Why an admin wants nothing new on it; null: no maintenance, or no reason given. */
  maintenanceReason: string | null;
  /** Why it is cordoned; null: it is not. */
  cordonReason: string | null;
  pool: PoolSnapshot;
  traits: ReadonlySet<string>;
  /** Shares that are really used, 0 to 1; null where nothing was heard of it of late. */
  load: { cpu: number; memory: number } | null;
  engines: readonly { type: EngineType; state: 'up' | 'down' | 'unknown' }[];
  capacity: Readonly<Record<PlacementResource, Capacity>>;
  networks: readonly { name: string; engine: EngineType; active: boolean }[];
  pools: readonly { name: string; active: boolean; capacityBytes: number; availableBytes: number }[];
  /** The libvirt storage pool that disks of this host go to. */
  storagePool: string;
  /** Checksums of base images and references of container images that are on the host. */
  cachedImages: ReadonlySet<string>;
  /** Failed creates of late, each weighing half after 30 minutes. */
  recentFailures: number;
}

export interface PlacementRequest {
  kind: InstanceKind;
  size: Readonly<Record<PlacementResource, number>>;
  /** Name of a network of the host, or `none`. Containers take their project's bridge, which every host can make. */
  network: string;
  /** Checksum of the base image or reference of the container image; null where there is none. */
  image: string | null;
  /** Pinned by an admin, or by a kept disk that lies there. */
  hostId: string | null;
  /** Pools that the project may use. */
  usablePools: ReadonlySet<string>;
  /** null: any of those. */
  wantedPoolId: string | null;
  /** null: a custom size. */
  flavorId: string | null;
  /** What the host must have. */
  traits: readonly string[];
  group: GroupSnapshot | null;
}

/** Those with which an instance is to be together or apart, and how many of them are on each host. */
export interface GroupSnapshot {
  policy: GroupPolicy;
  strictness: GroupStrictness;
  hosts: ReadonlyMap<string, number>;
}

/** Where each kind runs. */
export const engineOfKind: Record<InstanceKind, EngineType> = { vm: 'libvirt', container: 'docker' };

/** How much of it may be claimed in all, in whole units; the conditional UPDATE of the claim computes the same. */
export function allocatable(capacity: Capacity): number {
  return Math.max(0, Math.floor(capacity.total * capacity.ratio) - capacity.reserved);
}

/** How much may still be claimed. */
export function available(capacity: Capacity): number {
  return Math.max(0, allocatable(capacity) - capacity.used);
}

/** The snapshot after an instance of this size went to that host: for the next instance of the same request. */
export function claimInSnapshot(
  hosts: readonly HostSnapshot[],
  hostId: string,
  size: PlacementRequest['size'],
): HostSnapshot[] {
  return hosts.map((host) => {
    if (host.id !== hostId) return host;
    const { vcpus, memoryMiB, diskGiB } = host.capacity;
    return {
      ...host,
      capacity: {
        vcpus: { ...vcpus, used: vcpus.used + size.vcpus },
        memoryMiB: { ...memoryMiB, used: memoryMiB.used + size.memoryMiB },
        diskGiB: { ...diskGiB, used: diskGiB.used + size.diskGiB },
      },
    };
  });
}
