import { z } from 'zod';
import { idSchema } from './ids.ts';
import type { OperationKind } from './operation.ts';

const instance = z.strictObject({ instanceId: idSchema });
const host = z.strictObject({ hostId: idSchema });

/** What an operation of each kind is given: ids and choices, never a secret. The service writes it, the workflow reads it. */
export const operationInput = {
  'instance.create': z.strictObject({ instanceId: idSchema, start: z.boolean() }),
  'instance.start': instance,
  'instance.stop': z.strictObject({ instanceId: idSchema, timeoutSeconds: z.number().int(), force: z.boolean() }),
  'instance.reboot': instance,
  'instance.reset': instance,
  'instance.pause': instance,
  'instance.resume': instance,
  'instance.rename': z.strictObject({ instanceId: idSchema, name: z.string(), previousName: z.string() }),
  'instance.delete': z.strictObject({ instanceId: idSchema, keepVolumes: z.boolean() }),
  'volume.delete': z.strictObject({ volumeId: idSchema }),
  'project.delete': z.strictObject({ projectId: idSchema }),
  'image.import': z.strictObject({ imageId: idSchema }),
  'image.delete': z.strictObject({ imageId: idSchema }),
  'host-key.scan': z.strictObject({ hostKeyScanId: idSchema }),
  'host.enroll': host,
  'host.inspect': host,
  'host.remove': host,
  'container-image.pull': z.strictObject({ hostId: idSchema, ref: z.string() }),
  /** `path`: a tar in the upload folder of the data directory. */
  'container-image.load': z.strictObject({ hostId: idSchema, path: z.string() }),
  'container-image.remove': z.strictObject({ hostId: idSchema, imageId: z.string() }),
} as const satisfies Record<OperationKind, z.ZodType<Record<string, unknown>>>;

export type OperationInput<K extends OperationKind> = z.output<(typeof operationInput)[K]>;
