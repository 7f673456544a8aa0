import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeInstance } from '../place-instance.ts';
import { host, hostsArb, requestArb, small } from '../placement-arbitraries.ts';
import { claimInSnapshot, type HostSnapshot, type PlacementRequest } from '../snapshot.ts';
import { PlacementIndex } from './placement-index.ts';

/** The same numbers for both, one after the other. */
const chance = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
};

type Step =
  | { what: 'place'; request: PlacementRequest }
  | { what: 'release'; at: number }
  | { what: 'put'; at: number; host: HostSnapshot };

const stepArb: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: requestArb.map((request) => ({ what: 'place' as const, request })) },
  { weight: 2, arbitrary: fc.nat().map((at) => ({ what: 'release' as const, at })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.nat(), hostsArb)
      .filter(([, hosts]) => hosts.length > 0)
      .map(([at, hosts]) => ({ what: 'put' as const, at, host: hosts[0]! })),
  },
);

test('property: the index answers what the definition answers, after any history', () => {
  fc.assert(
    fc.property(hostsArb, fc.array(stepArb, { maxLength: 40 }), fc.nat(), (start, steps, seed) => {
      const index = new PlacementIndex(start);
      let hosts: HostSnapshot[] = start;
      const claims: { hostId: string; size: PlacementRequest['size'] }[] = [];
      const [a, b] = [chance(seed), chance(seed)];
      for (const step of steps) {
        if (step.what === 'place') {
          const expected = placeInstance(step.request, hosts, a);
          expect(index.place(step.request, b)).toEqual(expected);
          const [best] = expected;
          if (!best) continue;
          const { size } = step.request;
          hosts = claimInSnapshot(hosts, best.hostId, size);
          index.claim(best.hostId, size);
          claims.push({ hostId: best.hostId, size });
        } else if (step.what === 'release') {
          const [claim] = claims.splice(step.at % Math.max(1, claims.length), 1);
          if (!claim) continue;
          const { vcpus, memoryMiB, diskGiB } = claim.size;
          const back = { vcpus: -vcpus, memoryMiB: -memoryMiB, diskGiB: -diskGiB };
          hosts = claimInSnapshot(hosts, claim.hostId, back);
          index.claim(claim.hostId, back);
        } else if (hosts.length > 0) {
          const at = step.at % hosts.length;
          const { id, name } = hosts[at]!;
          const changed = { ...step.host, id, name };
          hosts = hosts.with(at, changed);
          index.put(changed);
        }
      }
      expect(index.snapshots()).toEqual(hosts);
    }),
    { numRuns: 200 },
  );
});

test('many equal requests go through one class, and every change reaches it', () => {
  const hosts = Array.from({ length: 300 }, (_, at) => host(`host-${at}`));
  const index = new PlacementIndex(hosts);
  let plain: HostSnapshot[] = hosts;
  const [a, b] = [chance(7), chance(7)];
  for (let round = 0; round < 1500; round += 1) {
    const request = { ...small, size: { ...small.size, memoryMiB: 512 * (1 + (round % 3)) } };
    const expected = placeInstance(request, plain, a);
    expect(index.place(request, b)).toEqual(expected);
    if (!expected[0]) break;
    index.claim(expected[0].hostId, request.size);
    plain = claimInSnapshot(plain, expected[0].hostId, request.size);
  }
});

test('no hosts, no candidates', () => {
  expect(new PlacementIndex([]).place(small)).toEqual([]);
});
