import fc from 'fast-check';
import { loadSources, poolPolicies } from '#server/contract/host-pool.ts';
import type { GroupSnapshot, HostSnapshot, PlacementRequest, PoolSnapshot } from './snapshot.ts';

/** Hosts and requests for tests, plain ones and arbitrary ones. */
export const gib = 2 ** 30;

export const pool = (changes: Partial<PoolSnapshot> = {}): PoolSnapshot => ({
  id: 'default',
  name: 'default',
  policy: 'balanced',
  loadSource: 'static',
  flavorIds: new Set(),
  ...changes,
});

export function host(id: string, changes: Partial<HostSnapshot> = {}): HostSnapshot {
  return {
    id,
    name: id,
    state: 'online',
    maintenance: false,
    maintenanceReason: null,
    cordonReason: null,
    pool: pool(),
    traits: new Set(),
    load: null,
    engines: [
      { type: 'libvirt', state: 'up' },
      { type: 'docker', state: 'up' },
    ],
    capacity: {
      vcpus: { total: 8, ratio: 4, reserved: 0, used: 0 },
      memoryMiB: { total: 16_384, ratio: 1, reserved: 1024, used: 0 },
      diskGiB: { total: 200, ratio: 1, reserved: 10, used: 0 },
    },
    networks: [{ name: 'default', engine: 'libvirt', active: true }],
    pools: [{ name: 'atoll', active: true, capacityBytes: 200 * gib, availableBytes: 150 * gib }],
    storagePool: 'atoll',
    cachedImages: new Set(),
    recentFailures: 0,
    ...changes,
  };
}

export const small: PlacementRequest = {
  kind: 'vm',
  size: { vcpus: 2, memoryMiB: 2048, diskGiB: 10 },
  network: 'default',
  image: null,
  hostId: null,
  usablePools: new Set(['default']),
  wantedPoolId: null,
  flavorId: null,
  traits: [],
  group: null,
};

const amount = (max: number) => fc.integer({ min: 0, max });
const capacityArb = (max: number) =>
  fc.record({ total: amount(max), ratio: fc.constantFrom(1, 1.5, 4), reserved: amount(max), used: amount(max) });

const traitNames = ['ssd', 'gpu', 'zone-a'];
const poolIds = ['default', 'fast', 'private'];
const poolsArb = fc
  .array(
    fc.record({
      policy: fc.constantFrom(...poolPolicies),
      loadSource: fc.constantFrom(...loadSources),
      flavorIds: fc.constantFrom(new Set<string>(), new Set<string>(), new Set(['small'])),
    }),
    { minLength: poolIds.length, maxLength: poolIds.length },
  )
  .map((list) => list.map((changes, index) => pool({ id: poolIds[index]!, name: poolIds[index]!, ...changes })));

const share = fc.double({ min: 0, max: 1, noNaN: true });
const hostArb = fc.record({
  vcpus: capacityArb(64),
  memoryMiB: capacityArb(262_144),
  diskGiB: capacityArb(4000),
  recentFailures: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 10, noNaN: true })),
  maintenance: fc.boolean(),
  cordonReason: fc.constantFrom(null, null, null, 'rack moves'),
  poolAt: fc.constantFrom(0, 0, 0, 1, 2),
  traits: fc.subarray(traitNames).map((list) => new Set(list)),
  load: fc.oneof(fc.constant(null), fc.record({ cpu: share, memory: share })),
  cachedImages: fc.constantFrom(new Set<string>(), new Set(['abc'])),
  storageFree: share,
});

/** Up to sixteen hosts in three pools. */
export const hostsArb = fc.tuple(poolsArb, fc.array(hostArb, { maxLength: 16 })).map(([pools, list]) =>
  list.map(({ vcpus, memoryMiB, diskGiB, poolAt, storageFree, ...changes }, index) =>
    host(`host-${index}`, {
      capacity: { vcpus, memoryMiB, diskGiB },
      pools: [{ name: 'atoll', active: true, capacityBytes: 200 * gib, availableBytes: 200 * gib * storageFree }],
      pool: pools[poolAt]!,
      ...changes,
    }),
  ),
);

const groupArb: fc.Arbitrary<GroupSnapshot | null> = fc.oneof(
  fc.constant(null),
  fc.record({
    policy: fc.constantFrom('affinity' as const, 'anti-affinity' as const),
    strictness: fc.constantFrom('hard' as const, 'soft' as const),
    hosts: fc
      .uniqueArray(fc.tuple(amount(17), fc.integer({ min: 1, max: 5 })), { maxLength: 4, selector: ([at]) => at })
      .map((list) => new Map(list.map(([at, count]) => [`host-${at}`, count]))),
  }),
);

/** Mostly something that would fit somewhere. */
export const requestArb: fc.Arbitrary<PlacementRequest> = fc.record({
  kind: fc.constantFrom('vm' as const, 'container' as const),
  size: fc.record({
    vcpus: fc.integer({ min: 1, max: 32 }),
    memoryMiB: fc.integer({ min: 16, max: 65_536 }),
    diskGiB: amount(1000),
  }),
  network: fc.constantFrom('default', 'none', 'nowhere'),
  image: fc.constantFrom(null, 'abc'),
  hostId: fc.constantFrom(null, null, null, 'host-1'),
  usablePools: fc.constantFrom(new Set(['default']), new Set(['default', 'fast']), new Set(poolIds)),
  wantedPoolId: fc.constantFrom(null, null, 'default', 'fast'),
  flavorId: fc.constantFrom(null, 'small', 'large'),
  traits: fc.subarray(traitNames, { maxLength: 2 }),
  group: groupArb,
});
