import type { HostSnapshot, PlacementRequest, PlacementResource } from '../snapshot.ts';

/** What is short on a host, in the unit that the resource's name says. */
export interface Shortage {
  resource: PlacementResource;
  needed: number;
  available: number;
}

/** null: the host passes. Otherwise one sentence for people, and everything that is short. */
export type Refusal = { message: string; shortages?: Shortage[] } | null;

export const filterNames = [
  'pinned-host',
  'host-state',
  'engine',
  'network',
  'machine-size',
  'storage-pool',
  'capacity',
] as const;
export type FilterName = (typeof filterNames)[number];

export interface Filter {
  name: FilterName;
  /** What hosts that fail have in common, after their number: "3 lack capacity". */
  summary: string;
  refuse(host: HostSnapshot, request: PlacementRequest): Refusal;
}
