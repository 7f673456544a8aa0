import fc from 'fast-check';
import { expect, test } from 'vitest';
import { explainPlacement } from './explain-placement.ts';
import { fits, placeInstance } from './place-instance.ts';
import { placementPolicies } from './scores/score-host.ts';
import { available, claimInSnapshot, type HostSnapshot, type PlacementRequest } from './snapshot.ts';

const gib = 2 ** 30;

function host(id: string, changes: Partial<HostSnapshot> = {}): HostSnapshot {
  return {
    id,
    name: id,
    state: 'online',
    maintenance: false,
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

function used(id: string, vcpus: number, memoryMiB: number): HostSnapshot {
  return claimInSnapshot([host(id)], id, { vcpus, memoryMiB, diskGiB: 0 })[0]!;
}

const small: PlacementRequest = {
  kind: 'vm',
  size: { vcpus: 2, memoryMiB: 2048, diskGiB: 10 },
  network: 'default',
  image: null,
  hostId: null,
};

const ranked = (hosts: HostSnapshot[], request = small, policy: (typeof placementPolicies)[number] = 'balanced') =>
  placeInstance(request, hosts, { policy, random: () => 0 }).map((candidate) => candidate.hostId);

test('pack fills the used host, spread and balanced take the empty one', () => {
  const hosts = [host('empty'), used('half', 16, 7680)];
  expect(ranked(hosts, small, 'pack')).toEqual(['half', 'empty']);
  expect(ranked(hosts, small, 'spread')).toEqual(['empty', 'half']);
  expect(ranked(hosts, small, 'balanced')).toEqual(['empty', 'half']);
});

test('balanced avoids stranding memory behind used-up CPU', () => {
  expect(ranked([used('cpu-bound', 28, 0), used('even', 14, 6720)])).toEqual(['even', 'cpu-bound']);
});

test('a host with the image wins among equals; a host that failed of late loses to all', () => {
  const request = { ...small, image: 'abc' };
  const failing = host('failing', { recentFailures: 3, cachedImages: new Set(['abc']) });
  expect(ranked([failing, host('plain'), host('cached', { cachedImages: new Set(['abc']) })], request)).toEqual([
    'cached',
    'plain',
    'failing',
  ]);
});

test('equal hosts are picked by chance, so that several webs do not race for the same one', () => {
  const hosts = ['a', 'b', 'c', 'd'].map((id) => host(id));
  const winners = new Set(Array.from({ length: 200 }, () => placeInstance(small, hosts)[0]?.hostId));
  expect(winners.size).toBe(4);
  expect(placeInstance(small, hosts)).toHaveLength(3);
});

test('each filter refuses for its own reason', () => {
  const cases: [Partial<HostSnapshot>, string, string][] = [
    [{ state: 'unreachable' }, 'host-state', 'It does not answer.'],
    [{ maintenance: true }, 'host-state', 'It is in maintenance.'],
    [{ engines: [{ type: 'docker', state: 'up' }] }, 'engine', 'It has no libvirt.'],
    [{ engines: [{ type: 'libvirt', state: 'down' }] }, 'engine', 'Its libvirt does not answer.'],
    [{ networks: [] }, 'network', 'It has no network default.'],
    [
      { networks: [{ name: 'default', engine: 'libvirt', active: false }] },
      'network',
      'Its network default is not started.',
    ],
    [
      { pools: [{ name: 'atoll', active: true, capacityBytes: 100 * gib, availableBytes: 4 * gib }] },
      'storage-pool',
      'Its storage pool atoll is nearly full.',
    ],
  ];
  for (const [changes, filter, message] of cases) {
    const one = host('one', changes);
    expect(placeInstance(small, [one])).toEqual([]);
    expect(explainPlacement(small, [one]).reasons).toMatchObject([{ host: 'one', filter, message }]);
  }
});

test('capacity names all that is short, with the missing amounts', () => {
  const request = { ...small, size: { vcpus: 40, memoryMiB: 20_000, diskGiB: 10 } };
  const { reasons, summary } = explainPlacement(request, [host('one'), host('two', { state: 'quarantined' })]);
  expect(reasons[0]).toMatchObject({
    filter: 'capacity',
    message: 'Missing: 8 vCPUs (32 of 40 free), 4640 MiB of memory (15360 of 20000 free).',
    shortages: [
      { resource: 'vcpus', needed: 40, available: 32 },
      { resource: 'memoryMiB', needed: 20_000, available: 15_360 },
    ],
  });
  expect(summary).toBe('0 of 2 hosts can take it: 1 without enough capacity, 1 not online.');
  expect(explainPlacement(request, []).summary).toBe('There is no host yet.');
});

test('overcommit makes no machine larger', () => {
  const request = { ...small, kind: 'container' as const, size: { vcpus: 9, memoryMiB: 256, diskGiB: 0 } };
  expect(placeInstance(request, [host('one')])).toEqual([]);
  expect(explainPlacement(request, [host('one')]).reasons).toMatchObject([
    { filter: 'machine-size', message: 'The machine has 8 CPUs; the instance asks for 9 vCPUs.' },
  ]);
});

test('containers need neither a libvirt network nor its storage pool', () => {
  const one = host('one', {
    networks: [],
    pools: [{ name: 'atoll', active: false, capacityBytes: 1, availableBytes: 0 }],
  });
  expect(ranked([one], { ...small, kind: 'container' })).toEqual(['one']);
});

test('a pinned request explains only its own host', () => {
  const request = { ...small, hostId: 'two' };
  const hosts = [host('one'), host('two', { state: 'unreachable' })];
  expect(placeInstance(request, hosts)).toEqual([]);
  expect(explainPlacement(request, hosts)).toMatchObject({ total: 1, fitting: 0, reasons: [{ host: 'two' }] });
});

const amount = (max: number) => fc.integer({ min: 0, max });
const capacityArb = (max: number) =>
  fc.record({ total: amount(max), ratio: fc.constantFrom(1, 1.5, 4), reserved: amount(max), used: amount(max) });
const hostArb = fc
  .record({
    vcpus: capacityArb(64),
    memoryMiB: capacityArb(262_144),
    diskGiB: capacityArb(4000),
    recentFailures: fc.double({ min: 0, max: 10, noNaN: true }),
    maintenance: fc.boolean(),
  })
  .map(({ vcpus, memoryMiB, diskGiB, recentFailures, maintenance }) => ({
    capacity: { vcpus, memoryMiB, diskGiB },
    recentFailures,
    maintenance,
  }));
const hostsArb = fc
  .array(hostArb, { maxLength: 12 })
  .map((list) => list.map((changes, index) => host(`host-${index}`, changes)));
const requestArb = fc
  .record({
    vcpus: fc.integer({ min: 1, max: 64 }),
    memoryMiB: fc.integer({ min: 16, max: 262_144 }),
    diskGiB: amount(4000),
  })
  .map((size) => ({ ...small, size }));
const policyArb = fc.constantFrom(...placementPolicies);

test('property: candidates fit, a fitting host is never overlooked, and the table agrees', () => {
  fc.assert(
    fc.property(hostsArb, requestArb, policyArb, (hosts, request, policy) => {
      const candidates = placeInstance(request, hosts, { policy });
      const fitting = hosts.filter((one) => fits(one, request));
      const explanation = explainPlacement(request, hosts);
      expect(candidates).toHaveLength(Math.min(3, fitting.length));
      expect(new Set(candidates.map((one) => one.hostId)).size).toBe(candidates.length);
      for (const candidate of candidates) expect(fitting.map((one) => one.id)).toContain(candidate.hostId);
      expect(explanation.fitting).toBe(fitting.length);
      expect(new Set(explanation.reasons.map((reason) => reason.hostId)).size).toBe(hosts.length - fitting.length);
    }),
  );
});

test('property: placing until nothing fits never oversells a host', () => {
  fc.assert(
    fc.property(hostsArb, requestArb, policyArb, (start, request, policy) => {
      let hosts = start;
      for (let round = 0; round < 300; round += 1) {
        const [best] = placeInstance(request, hosts, { policy });
        if (!best) break;
        const before = hosts.find((one) => one.id === best.hostId)!;
        for (const resource of ['vcpus', 'memoryMiB', 'diskGiB'] as const)
          expect(available(before.capacity[resource])).toBeGreaterThanOrEqual(request.size[resource]);
        hosts = claimInSnapshot(hosts, best.hostId, request.size);
      }
    }),
  );
});

test('property: more free capacity never makes a host unfit', () => {
  fc.assert(
    fc.property(hostsArb, requestArb, amount(100), (hosts, request, extra) => {
      for (const one of hosts) {
        if (!fits(one, request)) continue;
        const { vcpus } = one.capacity;
        const bigger = { ...one, capacity: { ...one.capacity, vcpus: { ...vcpus, total: vcpus.total + extra } } };
        expect(fits(bigger, request)).toBe(true);
      }
    }),
  );
});
