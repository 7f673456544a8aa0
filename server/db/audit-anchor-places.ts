import type { AuditAnchor } from '#server/platform/audit-anchors.ts';

/** What anchors say of one chain: place → hash as hex and when it was written down. */
export type AnchorPlaces = Map<bigint, { hash: string; at: string }>;

/**
 * What the anchors demand of each chain. Where a restore put an older audit back, what older anchors knew behind the ends of that
 * audit is gone for a known reason, and new records stand in those places.
 */
export function expectedAnchors(anchors: readonly AuditAnchor[]): Map<string, AnchorPlaces> {
  const places = new Map<string, AnchorPlaces>();
  let bounds: Map<string, bigint> | null = null;
  for (const anchor of anchors.toReversed()) {
    for (const { chain, seq, hash } of anchor.heads) {
      const place = BigInt(seq);
      if (place === 0n || (bounds && place > (bounds.get(chain) ?? 0n))) continue;
      const ofChain = places.get(chain) ?? new Map();
      // The oldest anchor of a place tells most about when it was still right: the loop comes to it last.
      ofChain.set(place, { hash, at: anchor.at });
      places.set(chain, ofChain);
    }
    if (anchor.reason === 'restore') bounds = lower(bounds, anchor);
  }
  return places;
}

function lower(bounds: Map<string, bigint> | null, { heads }: AuditAnchor): Map<string, bigint> {
  const least = new Map<string, bigint>();
  for (const { chain, seq } of heads) {
    const place = BigInt(seq);
    const before = bounds ? (bounds.get(chain) ?? 0n) : place;
    least.set(chain, before < place ? before : place);
  }
  return least;
}
