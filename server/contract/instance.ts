import { z } from 'zod';
import { traitsSchema } from './host-pool.ts';
import { idSchema, labelSchema, projectRefSchema, timeSchema } from './ids.ts';
import { instanceKinds, instanceStates } from './instance-state.ts';
import { operationKinds } from './operation.ts';

/** Sizes: whole vCPUs, MiB of memory, GiB of disk. Upper bounds keep sums far from overflow. */
export const sizeFields = {
  vcpus: z.int().min(1).max(512),
  memoryMiB: z.int().min(16).max(16_777_216),
  diskGiB: z.int().min(1).max(65_536),
};

/** One line of authorized_keys (sshd(8)), without options; no control characters. */
export const sshPublicKeySchema = z
  .string()
  .trim()
  .max(16_384)
  .regex(
    /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)|sk-ssh-ed25519@openssh\.com|sk-ecdsa-sha2-nistp256@openssh\.com) [A-Za-z0-9+/]+={0,3}( [^\p{Cc}]*)?$/u,
    'Paste one public key as in ~/.ssh/id_ed25519.pub.',
  );

/** Variable name after POSIX (IEEE 1003.1 §8.1), lower case allowed. */
export const envNameSchema = z
  .string()
  .max(255)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'Use letters, digits and _; do not begin with a digit.');

const noNul = (value: string): boolean => !value.includes('\0');
const argSchema = z.string().max(32_768).refine(noNul, 'NUL is not allowed.');

/** Reference of a container image: [registry[:port]/]path[:tag][@digest] (OCI distribution spec, names). */
export const containerImageRefSchema = z
  .string()
  .min(1)
  .max(512)
  .regex(
    /^(?:[a-zA-Z0-9.-]+(?::\d{1,5})?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::[\w][\w.-]{0,127})?(?:@sha256:[a-f0-9]{64})?$/,
    'Write it as name:tag, for example nginx:1.29 or ghcr.io/team/app:2.',
  );

export const portMappingSchema = z.strictObject({
  containerPort: z.int().min(1).max(65_535),
  hostPort: z.int().min(1024).max(65_535).optional().describe('Empty: the host chooses'),
  protocol: z.enum(['tcp', 'udp']).default('tcp'),
});

/** Absolute path in a container: no `..`, no `//`, no trailing slash. */
export const mountPathSchema = z
  .string()
  .max(1024)
  .regex(/^(\/[A-Za-z0-9._@+-]+)+$/, 'Write an absolute path such as /var/lib/data.')
  .refine(
    (path) => !path.split('/').some((part) => part === '.' || part === '..'),
    'The path must not contain . or ..',
  );

export const volumeMountSchema = z.strictObject({
  name: labelSchema.describe('A new volume of this name, or one of the project that is not in use'),
  target: mountPathSchema,
  readOnly: z.boolean().default(false),
});

export const restartPolicies = ['no', 'on-failure', 'always', 'unless-stopped'] as const;

const placement = {
  poolId: idSchema.optional().describe('A host pool that the project may use; default: any of them'),
  placementGroupId: idSchema.optional().describe('Kept together with, or apart from, the others of the group'),
  traits: traitsSchema.default([]).describe('What the host must have, such as ssd or gpu'),
  hostId: idSchema.optional().describe('Admins only: pin to this host'),
};

export const createVmSchema = z.strictObject({
  kind: z.literal('vm'),
  name: labelSchema,
  flavorId: idSchema.optional(),
  vcpus: sizeFields.vcpus.optional(),
  memoryMiB: sizeFields.memoryMiB.optional(),
  diskGiB: sizeFields.diskGiB.optional(),
  imageId: idSchema.optional(),
  bootVolumeId: idSchema.optional().describe('A kept disk to boot from instead of an image'),
  hostname: labelSchema.optional().describe('Default: the name'),
  sshKeys: z.array(sshPublicKeySchema).max(32).default([]),
  userData: z
    .string()
    .max(65_536)
    .refine(noNul, 'NUL is not allowed.')
    .optional()
    .describe('cloud-init user-data; write-only'),
  network: z
    .string()
    .max(64)
    .regex(/^[A-Za-z0-9._-]+$/)
    .default('default')
    .describe('Network of the host, or none'),
  count: z.int().min(1).max(50).default(1),
  start: z.boolean().default(true),
  ...placement,
});

export const createContainerSchema = z.strictObject({
  kind: z.literal('container'),
  name: labelSchema,
  image: containerImageRefSchema,
  flavorId: idSchema.optional(),
  vcpus: sizeFields.vcpus.optional().describe('CPU limit; default 1'),
  memoryMiB: sizeFields.memoryMiB.optional().describe('Memory limit; default 256'),
  command: z.array(argSchema).max(256).default([]),
  entrypoint: z.array(argSchema).max(64).optional(),
  env: z.record(envNameSchema, argSchema).default({}).describe('Write-only: values are never shown again'),
  ports: z.array(portMappingSchema).max(64).default([]),
  volumes: z.array(volumeMountSchema).max(32).default([]),
  network: z.enum(['default', 'none']).default('default').describe("default: the project's own bridge"),
  restartPolicy: z.enum(restartPolicies).default('unless-stopped'),
  hostname: labelSchema.optional(),
  workingDir: mountPathSchema.optional(),
  user: z
    .string()
    .max(64)
    .regex(/^[A-Za-z0-9_.-]+(:[A-Za-z0-9_.-]+)?$/)
    .optional(),
  tty: z.boolean().default(false),
  count: z.int().min(1).max(50).default(1),
  start: z.boolean().default(true),
  ...placement,
});

export const createInstanceSchema = z.discriminatedUnion('kind', [createVmSchema, createContainerSchema]);
export type CreateInstance = z.output<typeof createInstanceSchema>;
export type CreateVm = z.output<typeof createVmSchema>;
export type CreateContainer = z.output<typeof createContainerSchema>;

export const instanceAddressSchema = z.object({
  address: z.string(),
  family: z.enum(['ipv4', 'ipv6']),
  source: z.enum(['lease', 'agent', 'engine']),
  network: z.string().nullable(),
});

export const instanceSchema = z.object({
  id: idSchema,
  projectId: idSchema,
  kind: z.enum(instanceKinds),
  name: z.string(),
  state: z.enum(instanceStates),
  stateSince: timeSchema,
  stateReason: z.string().nullable().describe('Why it is crashed, failed, missing or unreachable'),
  desiredState: z.enum(['running', 'stopped', 'paused']),
  task: z
    .object({
      operationId: idSchema,
      kind: z.enum(operationKinds),
      step: z.string().nullable(),
      percent: z.number().int(),
    })
    .nullable(),
  host: z.object({ id: idSchema, name: z.string() }).nullable(),
  hostPool: z.object({ id: idSchema, name: z.string() }).nullable().describe('The pool of its host'),
  placementGroup: z.object({ id: idSchema, name: z.string() }).nullable(),
  traits: z.array(z.string()).describe('What its host must have'),
  flavor: z.object({ id: idSchema, name: z.string() }).nullable(),
  image: z.object({ id: idSchema.nullable(), name: z.string() }).nullable(),
  vcpus: z.number().int(),
  memoryMiB: z.number().int(),
  diskGiB: z.number().int(),
  hostname: z.string(),
  network: z.string(),
  addresses: z.array(instanceAddressSchema),
  ports: z.array(
    z.object({
      containerPort: z.number().int(),
      hostPort: z.number().int().nullable(),
      protocol: z.enum(['tcp', 'udp']),
    }),
  ),
  command: z.array(z.string()),
  envNames: z.array(z.string()),
  volumes: z.array(
    z.object({ id: idSchema, name: z.string(), target: z.string().nullable(), sizeGiB: z.number().int() }),
  ),
  restartPolicy: z.enum(restartPolicies).nullable(),
  createdBy: z.object({ id: idSchema, name: z.string() }).nullable(),
  createdAt: timeSchema,
  version: z.number().int(),
});
export type Instance = z.output<typeof instanceSchema>;

export const instanceRef = { project: projectRefSchema, instance: idSchema };
