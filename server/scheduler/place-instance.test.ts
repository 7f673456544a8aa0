import fc from 'fast-check';
import { expect, test } from 'vitest';
import { explainPlacement } from './explain-placement.ts';
import { fits, placeInstance } from './place-instance.ts';
import { gib, host, hostsArb, pool, requestArb, small } from './placement-arbitraries.ts';
import { available, claimInSnapshot, type HostSnapshot, type PoolSnapshot } from './snapshot.ts';

function used(id: string, vcpus: number, memoryMiB: number): HostSnapshot {
  return claimInSnapshot([host(id)], id, { vcpus, memoryMiB, diskGiB: 0 })[0]!;
}

const under = (
  hosts: HostSnapshot[],
  policy: PoolSnapshot['policy'],
  loadSource: PoolSnapshot['loadSource'] = 'static',
) => hosts.map((one) => ({ ...one, pool: pool({ policy, loadSource }) }));
const ranked = (hosts: HostSnapshot[], request = small) =>
  placeInstance(request, hosts, () => 0).map((candidate) => candidate.hostId);

test('pack fills the used host, spread and balanced take the empty one', () => {
  const hosts = [host('empty'), used('half', 16, 7680)];
  expect(ranked(under(hosts, 'pack'))).toEqual(['half', 'empty']);
  expect(ranked(under(hosts, 'spread'))).toEqual(['empty', 'half']);
  expect(ranked(under(hosts, 'balanced'))).toEqual(['empty', 'half']);
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

test('the new filters refuse for their own reason', () => {
  const cases: [HostSnapshot, object, string, string][] = [
    [host('one', { cordonReason: 'disk is being replaced' }), {}, 'cordon', 'It is cordoned: disk is being replaced'],
    [
      host('one', { state: 'maintenance', maintenance: true, maintenanceReason: 'firmware' }),
      {},
      'host-state',
      'It is in maintenance: firmware',
    ],
    [
      host('one', { traits: new Set(['ssd']) }),
      { traits: ['gpu', 'ssd', 'zone-a'] },
      'traits',
      'It has not: gpu, zone-a.',
    ],
    [
      host('one', { pool: pool({ id: 'p', name: 'gpu' }) }),
      {},
      'pool-access',
      'Its pool gpu is private and not granted to the project.',
    ],
    [host('one'), { wantedPoolId: 'other' }, 'wanted-pool', 'It is in the pool default.'],
    [
      host('one', { pool: pool({ flavorIds: new Set(['small']) }) }),
      {},
      'allowed-flavors',
      'Its pool default takes certain flavors only, and no custom size.',
    ],
    [
      host('one'),
      { group: { policy: 'anti-affinity', strictness: 'hard', hosts: new Map([['one', 1]]) } },
      'placement-group',
      'Another instance of the placement group is on it.',
    ],
    [
      host('one'),
      { group: { policy: 'affinity', strictness: 'hard', hosts: new Map([['two', 1]]) } },
      'placement-group',
      'The other instances of the placement group are on another host.',
    ],
  ];
  for (const [one, changes, filter, message] of cases) {
    const request = { ...small, ...changes };
    expect(placeInstance(request, [one])).toEqual([]);
    expect(explainPlacement(request, [one]).reasons).toMatchObject([{ filter, message }]);
  }
});

test('soft groups prefer and do not insist', () => {
  const hosts = under([host('one'), host('two'), host('three')], 'spread');
  const group = (policy: 'affinity' | 'anti-affinity', ...ids: string[]) => ({
    ...small,
    group: { policy, strictness: 'soft' as const, hosts: new Map(ids.map((id) => [id, 1])) },
  });
  expect(ranked(hosts, group('affinity', 'two'))[0]).toBe('two');
  expect(ranked(hosts, group('anti-affinity', 'one', 'three'))[0]).toBe('two');
  expect(ranked([hosts[0]!], group('anti-affinity', 'one'))).toEqual(['one']);
  expect(ranked([hosts[0]!], group('affinity', 'gone'))).toEqual(['one']);
});

test('the pool says what counts as used: requests, observed load, or both', () => {
  const busy = host('asked-little', { load: { cpu: 0.9, memory: 0.9 } });
  const idle = { ...used('asked-much', 16, 4000), load: { cpu: 0.05, memory: 0.05 } };
  expect(ranked(under([busy, idle], 'spread', 'static'))[0]).toBe('asked-little');
  expect(ranked(under([busy, idle], 'spread', 'dynamic'))[0]).toBe('asked-much');
  // By half of both sides the idle one has more room.
  expect(ranked(under([busy, idle], 'spread', 'hybrid'))[0]).toBe('asked-much');
  const unknown = host('unknown');
  expect(ranked(under([unknown, busy], 'spread', 'dynamic'))[0]).toBe('unknown');
});

test('storage that runs full counts against a host before it refuses', () => {
  const scarce = host('scarce', {
    pools: [{ name: 'atoll', active: true, capacityBytes: 100 * gib, availableBytes: 8 * gib }],
  });
  expect(ranked([scarce, host('roomy')])).toEqual(['roomy', 'scarce']);
  expect(
    new Set(placeInstance({ ...small, kind: 'container' }, [scarce, host('roomy')]).map(({ score }) => score)).size,
  ).toBe(1);
});

test('property: candidates fit, a fitting host is never overlooked, and the table agrees', () => {
  fc.assert(
    fc.property(hostsArb, requestArb, (hosts, request) => {
      const candidates = placeInstance(request, hosts);
      const fitting = hosts.filter((one) => fits(one, request));
      const explanation = explainPlacement(request, hosts);
      expect(candidates).toHaveLength(Math.min(3, fitting.length));
      expect(new Set(candidates.map((one) => one.hostId)).size).toBe(candidates.length);
      for (const candidate of candidates) expect(fitting.map((one) => one.id)).toContain(candidate.hostId);
      expect(explanation.fitting).toBe(fitting.length);
      const asked = request.hostId === null ? hosts : hosts.filter(({ id }) => id === request.hostId);
      expect(new Set(explanation.reasons.map((reason) => reason.hostId)).size).toBe(asked.length - fitting.length);
    }),
  );
});

test('property: placing until nothing fits never oversells a host', () => {
  fc.assert(
    fc.property(hostsArb, requestArb, (start, request) => {
      let hosts = start;
      for (let round = 0; round < 300; round += 1) {
        const [best] = placeInstance(request, hosts);
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
    fc.property(hostsArb, requestArb, fc.nat({ max: 100 }), (hosts, request, extra) => {
      for (const one of hosts) {
        if (!fits(one, request)) continue;
        const { vcpus } = one.capacity;
        const bigger = { ...one, capacity: { ...one.capacity, vcpus: { ...vcpus, total: vcpus.total + extra } } };
        expect(fits(bigger, request)).toBe(true);
      }
    }),
  );
});
