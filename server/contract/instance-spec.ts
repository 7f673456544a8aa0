import { z } from 'zod';
import { imageFormats } from './image-state.ts';
import { restartPolicies } from './instance.ts';

/**
 * What `instance.spec` holds: what the worker needs beyond the columns to define the instance on its host. Written once
 * by the service that creates it, read by workflows. Nothing secret: user-data and environment are sealed.
 * The volumes of an instance are rows of their own.
 */
export const vmSpecSchema = z.strictObject({
  kind: z.literal('vm'),
  /** The image that the disk is made from, or the ISO in the drive; null when it boots from a kept volume. */
  image: z
    .strictObject({
      sha256: z.string(),
      format: z.enum(imageFormats),
      sizeBytes: z.number(),
      virtualSizeBytes: z.number(),
    })
    .nullable(),
  sshKeys: z.array(z.string()),
});

export const containerSpecSchema = z.strictObject({
  kind: z.literal('container'),
  imageRef: z.string(),
  command: z.array(z.string()),
  entrypoint: z.array(z.string()).nullable(),
  ports: z.array(
    z.strictObject({
      containerPort: z.number().int(),
      hostPort: z.number().int().nullable(),
      protocol: z.enum(['tcp', 'udp']),
    }),
  ),
  restartPolicy: z.enum(restartPolicies),
  workingDir: z.string().nullable(),
  user: z.string().nullable(),
  tty: z.boolean(),
});

export const instanceSpecSchema = z.discriminatedUnion('kind', [vmSpecSchema, containerSpecSchema]);
export type InstanceSpecRecord = z.output<typeof instanceSpecSchema>;
export type VmSpecRecord = z.output<typeof vmSpecSchema>;
export type ContainerSpecRecord = z.output<typeof containerSpecSchema>;
