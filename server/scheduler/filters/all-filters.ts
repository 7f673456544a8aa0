import { type PlacementFilter, placementFilters } from '#server/contract/placement.ts';
import { allowedFlavorsFilter } from './allowed-flavors.ts';
import { capacityFilter } from './capacity.ts';
import { cordonFilter } from './cordon.ts';
import { engineFilter } from './engine.ts';
import type { Filter } from './filter.ts';
import { hostStateFilter } from './host-state.ts';
import { machineSizeFilter } from './machine-size.ts';
import { networkFilter } from './network.ts';
import { pinnedHostFilter } from './pinned-host.ts';
import { placementGroupFilter } from './placement-group.ts';
import { poolAccessFilter } from './pool-access.ts';
import { storagePoolFilter } from './storage-pool.ts';
import { traitsFilter } from './traits.ts';
import { wantedPoolFilter } from './wanted-pool.ts';

const filters: Record<PlacementFilter, Filter> = {
  'pinned-host': pinnedHostFilter,
  'pool-access': poolAccessFilter,
  'wanted-pool': wantedPoolFilter,
  'host-state': hostStateFilter,
  cordon: cordonFilter,
  engine: engineFilter,
  network: networkFilter,
  traits: traitsFilter,
  'allowed-flavors': allowedFlavorsFilter,
  'placement-group': placementGroupFilter,
  'storage-pool': storagePoolFilter,
  capacity: capacityFilter,
  'machine-size': machineSizeFilter,
};

/** In the order of the table that people see: what no size can help comes first. */
export const allFilters: readonly Filter[] = placementFilters.map((name) => filters[name]);
