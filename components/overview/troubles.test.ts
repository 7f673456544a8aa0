import { expect, it } from 'vitest';
import type { Host } from '#server/contract/host.ts';
import type { Operation } from '#server/contract/operation.ts';
import { findTroubles } from './troubles.ts';

const host = (name: string, more: Partial<Host>) =>
  ({ id: name, name, state: 'online', pools: [], doctor: null, ...more }) as Host;
const pool = (availableBytes: number) => ({
  name: 'atoll',
  type: 'dir',
  active: true,
  capacityBytes: 100,
  availableBytes,
});

it('tells the worst first and nothing that is well', () => {
  const hosts = [
    host('well', { pools: [pool(50)] }),
    host('full', { pools: [pool(4)] }),
    host('away', { state: 'unreachable', pools: [pool(4)] }),
    host('changed', { state: 'quarantined' }),
  ];
  const stuck = { id: 'o', state: 'stuck' } as Operation;
  const troubles = findTroubles(hosts, [stuck], { running: 4, failed: 2, crashed: 1 }, 2);
  const lines = troubles.map((trouble) =>
    trouble.kind === 'instances'
      ? `${trouble.count} ${trouble.state}`
      : 'host' in trouble
        ? `${trouble.kind} ${trouble.host.name}`
        : trouble.kind,
  );
  expect(lines).toEqual([
    'quarantined changed',
    'unreachableHost away',
    'stuck',
    '1 crashed',
    '2 failed',
    'poolFull full',
    'quotaRequests',
  ]);
});
