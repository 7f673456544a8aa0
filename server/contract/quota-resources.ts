/**
 * What a quota counts. Claims are taken from it in the transaction that admits the request. `instances` are VMs and containers
 * together; `containers` limits those among them. The order is the one in which counters are locked.
 */
export const quotaResources = [
  'instances',
  'containers',
  'vcpus',
  'memoryMiB',
  'diskGiB',
  'volumes',
  'snapshots',
  'backups',
  'networks',
  'addresses',
] as const;
export type QuotaResource = (typeof quotaResources)[number];

/** What a project's quota in a host pool counts. */
export const poolQuotaResources = ['instances', 'containers', 'vcpus', 'memoryMiB', 'diskGiB'] as const;
export type PoolQuotaResource = (typeof poolQuotaResources)[number];

/** Limits of a new project unless the admin has set others. */
export const builtInQuota: Record<QuotaResource, number> = {
  instances: 20,
  containers: 20,
  vcpus: 40,
  memoryMiB: 65_536,
  diskGiB: 1_000,
  volumes: 100,
  snapshots: 100,
  backups: 100,
  networks: 10,
  addresses: 20,
};
