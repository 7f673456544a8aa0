import type { AtollTx } from '#server/db/client.ts';
import { insertFlavor } from '#server/db/flavor-store.ts';

/** Sizes that fit a homelab: several of each on a machine of 16 GiB. Admins change them as they like. */
const firstFlavors = [
  { name: 'nano', vcpus: 1, memoryMiB: 256, diskGiB: 2 },
  { name: 'micro', vcpus: 1, memoryMiB: 512, diskGiB: 5 },
  { name: 'small', vcpus: 1, memoryMiB: 1024, diskGiB: 10 },
  { name: 'medium', vcpus: 2, memoryMiB: 2048, diskGiB: 20 },
  { name: 'large', vcpus: 4, memoryMiB: 8192, diskGiB: 40 },
];

/** The flavors of a new installation; once, with its first admin. */
export async function seedFlavors(tx: AtollTx): Promise<void> {
  for (const flavor of firstFlavors) await insertFlavor(tx, flavor);
}
