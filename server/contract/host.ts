import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { labelsSchema, traitsSchema } from './host-pool.ts';
import { idSchema, labelSchema, timeSchema } from './ids.ts';
import { pageInput, pageOf } from './list.ts';
import { operationSchema } from './operation.ts';

/** enrolling: being looked at for the first time. quarantined: its host key or identity changed, nothing is sent to it. */
export const hostStates = [
  'enrolling',
  'online',
  'unreachable',
  'quarantined',
  'maintenance',
  'removing',
  'failed',
] as const;
export type HostState = (typeof hostStates)[number];

export const engineTypes = ['libvirt', 'docker'] as const;
export type EngineType = (typeof engineTypes)[number];

/** RFC 1123 hostname or an IP literal; never begins with a hyphen, so it is no option of any tool. */
export const hostAddressSchema = z
  .string()
  .max(253)
  .regex(
    /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*|[0-9a-fA-F:]*:[0-9a-fA-F:.]+)$/,
    'Write a host name or an IP address.',
  );

/** SHA256:… as ssh-keygen -l prints it (OpenSSH PROTOCOL, base64 without padding). */
export const fingerprintSchema = z
  .string()
  .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'Write it as SHA256:… as ssh-keygen -l prints it.');

const sshCredentialSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('atoll-key') }).describe("Atoll's own key, put into authorized_keys by you"),
  z.strictObject({ type: z.literal('password'), password: z.string().min(1).max(1024) }).describe('Write-only, sealed'),
  z
    .strictObject({
      type: z.literal('private-key'),
      privateKey: z.string().min(1).max(32_768),
      passphrase: z.string().max(1024).optional(),
    })
    .describe('Write-only, sealed'),
]);

/** PEM (RFC 7468 §5 and §10): whether what stands between the lines is sound is judged where it is used. */
const certificateSchema = z
  .string()
  .max(65_536)
  .regex(
    /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/,
    'Paste a whole certificate in PEM, from its BEGIN to its END line.',
  );
const privateKeySchema = z
  .string()
  .max(65_536)
  .regex(
    /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----[^-]+-----END (?:[A-Z]+ )?PRIVATE KEY-----/,
    'Paste a whole private key in PEM, without a passphrase, from its BEGIN to its END line.',
  );

const sshPort = z.int().min(1).max(65_535).default(22);

/** How Atoll reaches the machine. Sockets are those of the daemons on that machine. */
export const hostConnectionSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('local'),
    libvirtSocket: z.string().max(107).startsWith('/').optional(),
    dockerSocket: z.string().max(107).startsWith('/').optional(),
  }),
  z.strictObject({
    type: z.literal('ssh'),
    address: hostAddressSchema,
    port: sshPort,
    user: z
      .string()
      .max(32)
      .regex(/^[a-z_][a-z0-9_-]*$/, 'Write a user name of that machine.')
      .default('root'),
    credential: sshCredentialSchema.default({ type: 'atoll-key' }),
    fingerprint: fingerprintSchema.describe('The host key that you confirmed, from POST /host-keys'),
    libvirtSocket: z.string().max(107).startsWith('/').optional(),
    dockerSocket: z.string().max(107).startsWith('/').optional(),
  }),
  z.strictObject({
    type: z.literal('docker-tls'),
    address: hostAddressSchema,
    port: z.int().min(1).max(65_535).default(2376),
    ca: certificateSchema.describe('PEM: the authority that signed the certificate of dockerd'),
    cert: certificateSchema.describe('PEM: the certificate that Atoll shows'),
    key: privateKeySchema.describe('PEM; write-only, sealed'),
  }),
]);
export type HostConnection = z.output<typeof hostConnectionSchema>;

export const createHostSchema = z.strictObject({
  name: labelSchema,
  connection: hostConnectionSchema,
  storagePool: z
    .string()
    .max(64)
    .regex(/^[A-Za-z0-9._-]+$/)
    .default('atoll')
    .describe('libvirt storage pool for disks; `atoll` is made where it is missing'),
});

/** One line of the host doctor: what was looked at, what was found, and for red lines what to do, with the command. */
export const doctorCheckSchema = z.object({
  id: z.string().describe('Stable name such as libvirt.kvm; the browser translates by it'),
  state: z.enum(['ok', 'warn', 'bad', 'skipped']),
  found: z.string(),
  fix: z.string().nullable(),
  command: z.string().nullable(),
});
export type DoctorCheck = z.output<typeof doctorCheckSchema>;

/** kvm: `works` only after a test guest truly booted; `broken` is offered but hangs; then emulation is used. */
export const libvirtCapabilitiesSchema = z.object({
  type: z.literal('libvirt'),
  kvm: z.enum(['works', 'broken', 'absent']),
  arch: z.string(),
  domainType: z.enum(['kvm', 'qemu']),
  machine: z.string(),
  guestAgent: z.boolean(),
  bootLog: z.boolean(),
});
export const dockerCapabilitiesSchema = z.object({
  type: z.literal('docker'),
  apiVersion: z.string(),
  storageDriver: z.string(),
  cgroupVersion: z.string(),
  rootless: z.boolean(),
  usernsRemap: z.boolean(),
  liveRestore: z.boolean(),
  podman: z.boolean(),
});

export const hostEngineSchema = z.object({
  type: z.enum(engineTypes),
  state: z.enum(['up', 'down', 'unknown']),
  version: z.string().nullable(),
  capabilities: z.discriminatedUnion('type', [libvirtCapabilitiesSchema, dockerCapabilitiesSchema]).nullable(),
  message: z.string().nullable(),
});

const capacitySchema = z.object({ total: z.number().int(), allocatable: z.number().int(), claimed: z.number().int() });

export const hostSchema = z.object({
  id: idSchema,
  name: z.string(),
  state: z.enum(hostStates),
  stateSince: timeSchema,
  stateReason: z.string().nullable(),
  connection: z.object({
    type: z.enum(['local', 'ssh', 'docker-tls']),
    address: z.string().nullable(),
    port: z.number().int().nullable(),
    user: z.string().nullable(),
    credential: z.enum(['atoll-key', 'password', 'private-key']).nullable(),
    fingerprint: z.string().nullable(),
    offeredFingerprint: z.string().nullable().describe('The changed key of a quarantined host, to compare and confirm'),
  }),
  storagePool: z.string(),
  hostPool: z.object({ id: idSchema, name: z.string() }),
  labels: z.record(z.string(), z.string()),
  traits: z.array(z.string()),
  maintenance: z.boolean().describe('Takes nothing new; what an admin wants, whether it answers or not'),
  maintenanceReason: z.string().nullable(),
  cordon: z.object({ at: timeSchema, reason: z.string() }).nullable().describe('Cordoned: takes nothing new, and why'),
  load: z
    .object({ cpu: z.number(), memory: z.number(), at: timeSchema })
    .nullable()
    .describe('Share that is really used, averaged over 15 minutes'),
  engines: z.array(hostEngineSchema),
  capacity: z.object({ vcpus: capacitySchema, memoryMiB: capacitySchema, diskGiB: capacitySchema }),
  system: z
    .object({ hostname: z.string(), os: z.string(), kernel: z.string(), arch: z.string(), cpuModel: z.string() })
    .nullable(),
  networks: z.array(
    z.object({
      name: z.string(),
      engine: z.enum(engineTypes),
      mode: z.string(),
      subnet: z.string().nullable(),
      active: z.boolean(),
    }),
  ),
  pools: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      active: z.boolean(),
      capacityBytes: z.number(),
      availableBytes: z.number(),
    }),
  ),
  instances: z.number().int(),
  unmanaged: z.number().int(),
  doctor: z.object({ checkedAt: timeSchema, checks: z.array(doctorCheckSchema) }).nullable(),
  lastSeenAt: timeSchema.nullable(),
  task: z
    .object({ operationId: idSchema, kind: z.string(), step: z.string().nullable(), percent: z.number().int() })
    .nullable(),
  createdAt: timeSchema,
  version: z.number().int(),
});
export type Host = z.output<typeof hostSchema>;

/** A VM or container that runs on a host without our tag: listed, never changed. */
export const unmanagedSchema = z.object({
  id: z.string().describe('Domain UUID or container id'),
  hostId: idSchema,
  kind: z.enum(['vm', 'container']),
  name: z.string(),
  state: z.enum(['running', 'paused', 'stopped', 'crashed']),
  vcpus: z.number().int().nullable(),
  memoryMiB: z.number().int().nullable(),
  image: z.string().nullable(),
  seenAt: timeSchema,
});

/** A host key that was scanned without signing in, to compare with `ssh-keygen -lf` on the machine. */
export const hostKeySchema = z.object({
  id: idSchema,
  address: z.string(),
  port: z.number().int(),
  keys: z.array(z.object({ type: z.string(), fingerprint: z.string() })).describe('Empty while scanning'),
  state: z.enum(['scanning', 'ready', 'failed']),
  error: z.string().nullable(),
  createdAt: timeSchema,
});

export const containerImageSchema = z.object({
  id: z.string(),
  refs: z.array(z.string()),
  sizeBytes: z.number(),
  createdAt: timeSchema.nullable(),
  inUse: z.boolean(),
});

/** Why a host takes nothing new, for everybody who asks. */
const placementNoteSchema = z.string().trim().min(1).max(200);

const hostRef = { host: idSchema };
const started = z.object({ host: hostSchema, operation: operationSchema });
const write = { kind: 'system', permission: 'host:write' } as const;
const read = { kind: 'system', permission: 'host:read' } as const;

export const hostApi = {
  list: endpoint({
    type: 'query',
    summary: 'Hosts',
    policy: read,
    rest: { method: 'GET', path: '/hosts' },
    input: z.strictObject({ ...pageInput, search: z.string().max(100).optional() }),
    output: pageOf(hostSchema),
  }),
  get: endpoint({
    type: 'query',
    summary: 'One host',
    policy: read,
    rest: { method: 'GET', path: '/hosts/{host}', etag: 'sent' },
    input: z.strictObject(hostRef),
    output: hostSchema,
  }),
  create: endpoint({
    type: 'mutation',
    summary: 'Add a host',
    policy: write,
    rest: { method: 'POST', path: '/hosts', status: 202 },
    input: createHostSchema,
    output: started,
  }),
  inspect: endpoint({
    type: 'mutation',
    summary: 'Run the host doctor',
    policy: write,
    rest: { method: 'POST', path: '/hosts/{host}/inspect', status: 202 },
    input: z.strictObject(hostRef),
    output: started,
  }),
  confirmKey: endpoint({
    type: 'mutation',
    summary: 'Confirm the new key of a quarantined host',
    policy: write,
    rest: { method: 'POST', path: '/hosts/{host}/confirm-key', status: 202 },
    input: z.strictObject({ ...hostRef, fingerprint: fingerprintSchema }),
    output: started,
  }),
  update: endpoint({
    type: 'mutation',
    summary: 'Rename, move to another host pool, set labels and traits, maintenance on or off, cordon or uncordon',
    policy: write,
    rest: { method: 'PATCH', path: '/hosts/{host}', etag: 'sent' },
    input: z.strictObject({
      ...hostRef,
      name: labelSchema.optional(),
      maintenance: z.boolean().optional(),
      maintenanceReason: placementNoteSchema.optional(),
      cordon: z
        .strictObject({ reason: placementNoteSchema })
        .nullable()
        .optional()
        .describe('Takes nothing new, and says why wherever it refuses; null: uncordon'),
      poolId: idSchema.optional(),
      labels: labelsSchema.optional(),
      traits: traitsSchema.optional(),
    }),
    output: hostSchema,
  }),
  remove: endpoint({
    type: 'mutation',
    summary: 'Remove a host from Atoll; what runs on it is not touched',
    policy: write,
    rest: { method: 'DELETE', path: '/hosts/{host}', status: 202 },
    input: z.strictObject(hostRef),
    output: started,
  }),
  unmanaged: endpoint({
    type: 'query',
    summary: 'What runs on a host without Atoll',
    policy: read,
    rest: { method: 'GET', path: '/hosts/{host}/unmanaged' },
    input: z.strictObject({ ...hostRef, ...pageInput }),
    output: pageOf(unmanagedSchema),
  }),
  images: endpoint({
    type: 'query',
    summary: 'Container images on a host',
    policy: read,
    rest: { method: 'GET', path: '/hosts/{host}/container-images' },
    input: z.strictObject({ ...hostRef, ...pageInput }),
    output: pageOf(containerImageSchema),
  }),
  pullImage: endpoint({
    type: 'mutation',
    summary: 'Pull a container image to a host',
    policy: write,
    rest: { method: 'POST', path: '/hosts/{host}/container-images', status: 202 },
    input: z.strictObject({ ...hostRef, image: z.string().min(1).max(512) }),
    output: started,
  }),
  removeImage: endpoint({
    type: 'mutation',
    summary: 'Remove a container image from a host',
    policy: write,
    rest: { method: 'DELETE', path: '/hosts/{host}/container-images/{image}', status: 202 },
    input: z.strictObject({ ...hostRef, image: z.string().regex(/^sha256:[a-f0-9]{64}$/) }),
    output: started,
  }),
};

export const hostKeyApi = {
  list: endpoint({
    type: 'query',
    summary: 'Host keys that were scanned',
    policy: read,
    rest: { method: 'GET', path: '/host-keys' },
    input: z.strictObject(pageInput),
    output: pageOf(hostKeySchema),
  }),
  get: endpoint({
    type: 'query',
    summary: 'One scan',
    policy: read,
    rest: { method: 'GET', path: '/host-keys/{hostKey}' },
    input: z.strictObject({ hostKey: idSchema }),
    output: hostKeySchema,
  }),
  scan: endpoint({
    type: 'mutation',
    summary: 'Read the host keys of a machine without signing in (waits up to 10 s)',
    policy: write,
    rest: { method: 'POST', path: '/host-keys', status: 201 },
    input: z.strictObject({ address: hostAddressSchema, port: sshPort }),
    output: hostKeySchema,
  }),
  identity: endpoint({
    type: 'query',
    summary: "Atoll's own public key, for authorized_keys",
    policy: read,
    rest: { method: 'GET', path: '/host-keys/identity' },
    input: z.strictObject({}),
    output: z.object({ publicKey: z.string(), fingerprint: z.string() }),
  }),
};
