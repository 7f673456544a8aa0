import type { PlacementFilter, PlacementResource } from '#server/contract/placement.ts';
import type { HostSnapshot, PlacementRequest } from '../snapshot.ts';

/** What is short on a host, in the unit that the resource's name says. */
export interface Shortage {
  resource: PlacementResource;
  needed: number;
  available: number;
}

/** null: the host passes. Otherwise one sentence for people, and everything that is short. */
export type Refusal = { message: string; shortages?: Shortage[] } | null;

export interface Filter {
  name: PlacementFilter;
  /** What hosts that fail have in common, after their number: "3 lack capacity". */
  summary: string;
  refuse(host: HostSnapshot, request: PlacementRequest): Refusal;
  /**
   * What of the request it looks at, where that with facts of the host which change seldom is all it looks at: answers are kept by
   * it. Absent: it looks at what every placement changes, or at single hosts.
   */
  keyOf?(request: PlacementRequest): string;
}
