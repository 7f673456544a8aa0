import { capacityFilter } from './capacity.ts';
import { engineFilter } from './engine.ts';
import type { Filter } from './filter.ts';
import { hostStateFilter } from './host-state.ts';
import { machineSizeFilter } from './machine-size.ts';
import { networkFilter } from './network.ts';
import { pinnedHostFilter } from './pinned-host.ts';
import { storagePoolFilter } from './storage-pool.ts';

/** In the order of the table that people see: what no size can help comes first. */
export const allFilters: readonly Filter[] = [
  pinnedHostFilter,
  hostStateFilter,
  engineFilter,
  networkFilter,
  storagePoolFilter,
  capacityFilter,
  machineSizeFilter,
];
