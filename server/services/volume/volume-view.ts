import type { Volume } from '#server/contract/volume.ts';
import type { VolumeRow } from '#server/db/volume-store.ts';

/** A volume as people see it. */
export function volumeView(row: VolumeRow): Volume {
  return {
    id: row.id,
    projectId: row.projectId,
    name: row.name,
    kind: row.kind,
    state: row.state,
    sizeGiB: row.sizeGiB,
    host: row.host,
    instance: row.instance,
    bootable: row.bootable,
    createdAt: row.createdAt.toISOString(),
    version: row.version,
  };
}
