import { volumeApi } from '#server/contract/volume.ts';
import { deleteProjectVolume, getProjectVolume, listProjectVolumes } from '#server/services/volume/volumes.ts';
import { implement } from '../implement.ts';

export const volumeHandlers = implement(volumeApi, {
  list: (ctx, input) => listProjectVolumes(ctx, input),
  get: (ctx, input) => getProjectVolume(ctx, input),
  delete: (ctx, input) => deleteProjectVolume(ctx, input),
});
