import { type CreateFields, customSize, keepsDisk } from './create-fields.ts';

/** What the fields say about where an instance may go, as `instance.check` takes it. */
export function placementAsk(fields: CreateFields) {
  const { network, size, poolId, placementGroupId, traits, hostId } = fields;
  return {
    network,
    ...(size !== customSize && { flavorId: size }),
    ...(poolId && { poolId }),
    ...(placementGroupId && { placementGroupId }),
    ...(traits.length > 0 && { traits: traits.join() }),
    ...(hostId && !keepsDisk(fields) && { hostId }),
  };
}
