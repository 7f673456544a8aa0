import type { AtollTx } from '#server/db/client.ts';
import { findVolumeByName } from '#server/db/volume-store.ts';

/** Room for `-disk-99` within the 63 characters of a label. */
const maxLength = 55;

/** A name for the disk of an instance. A kept disk of an older instance may have the first one that comes to mind. */
export async function freeDiskName(tx: AtollTx, projectId: string, instanceName: string): Promise<string> {
  const base = `${instanceName.slice(0, maxLength)}-disk`;
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (!(await findVolumeByName(tx, { projectId, name }))) return name;
  }
}
