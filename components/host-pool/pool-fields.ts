import type { HostPool } from '#server/contract/host-pool.ts';

/** What the fields of the dialog hold. */
export interface PoolFields {
  name: string;
  description: string;
  visibility: HostPool['visibility'];
  policy: HostPool['policy'];
  loadSource: HostPool['loadSource'];
  cpuRatio: number | undefined;
  memoryRatio: number | undefined;
  diskRatio: number | undefined;
  reserveVcpus: number | undefined;
  reserveMemoryMiB: number | undefined;
  reserveDiskGiB: number | undefined;
  projectIds: string[];
  flavorIds: string[];
}

/** As the contract's own defaults are. */
export const emptyPool: PoolFields = {
  name: '',
  description: '',
  visibility: 'public',
  policy: 'balanced',
  loadSource: 'static',
  cpuRatio: 4,
  memoryRatio: 1,
  diskRatio: 1,
  reserveVcpus: 0,
  reserveMemoryMiB: 1024,
  reserveDiskGiB: 10,
  projectIds: [],
  flavorIds: [],
};

/** The fields of a pool that is there. */
export function poolFieldsOf(pool: HostPool): PoolFields {
  const { projects, flavors } = pool;
  const known = Object.fromEntries(
    Object.keys(emptyPool).map((name) => [name, pool[name as keyof HostPool]]),
  ) as unknown as PoolFields;
  return { ...known, projectIds: projects.map(({ id }) => id), flavorIds: flavors.map(({ id }) => id) };
}
