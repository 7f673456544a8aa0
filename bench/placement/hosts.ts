import type { PoolPolicy } from '../../server/contract/host-pool.ts';
import type { HostSnapshot, PlacementRequest, PoolSnapshot } from '../../server/scheduler/snapshot.ts';
import { flavors, pick, seeded } from './azure-trace.ts';

/** Hosts that are alike, in a pool of one policy, as the product reads them from its rows. */
export function likeHosts(
  count: number,
  size: { vcpus: number; memoryMiB: number },
  policy: PoolPolicy,
): HostSnapshot[] {
  const pool: PoolSnapshot = { id: 'bench', name: 'bench', policy, loadSource: 'static', flavorIds: new Set() };
  const whole = (total: number) => ({ total, ratio: 1, reserved: 0, used: 0 });
  return Array.from({ length: count }, (_, index) => ({
    id: `host-${index}`,
    name: `host-${index}`,
    state: 'online',
    maintenance: false,
    maintenanceReason: null,
    cordonReason: null,
    pool,
    // Every fourth has an SSD, every tenth a GPU: requests ask for some.
    traits: new Set([...(index % 4 === 0 ? ['ssd'] : []), ...(index % 10 === 0 ? ['gpu'] : [])]),
    load: null,
    engines: [{ type: 'libvirt', state: 'up' }],
    capacity: { vcpus: whole(size.vcpus), memoryMiB: whole(size.memoryMiB), diskGiB: whole(1_000_000) },
    networks: [{ name: 'default', engine: 'libvirt', active: true }],
    pools: [],
    storagePool: 'atoll',
    cachedImages: new Set<string>(),
    recentFailures: 0,
  }));
}

const usablePools = new Set(['bench']);

/** A request for a VM of this size. */
export const requestFor = (vcpus: number, memoryMiB: number, traits: string[] = []): PlacementRequest => ({
  kind: 'vm',
  size: { vcpus, memoryMiB, diskGiB: 10 },
  network: 'default',
  image: null,
  hostId: null,
  usablePools,
  wantedPoolId: null,
  flavorId: null,
  traits,
  group: null,
});

/** Requests in the mix of the trace; one in ten asks for a trait, one in a hundred for a size that nobody else has. */
export function requestMix(count: number, seed: number): PlacementRequest[] {
  const random = seeded(seed);
  return Array.from({ length: count }, () => {
    const { vcpus, memoryMiB } = pick(flavors, ({ share }) => share, random);
    const own = random() < 0.01 ? Math.floor(random() * 4096) : 0;
    const wish = random();
    return requestFor(vcpus, memoryMiB + own, wish < 0.05 ? ['ssd'] : wish < 0.1 ? ['gpu'] : []);
  });
}
