import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { idSchema, projectRefSchema, timeSchema } from './ids.ts';
import { pageInput, pageOf } from './list.ts';

/*
 * Consoles. A ticket is asked for here; the bytes go over a WebSocket at `/api/console`, whose first frame is
 * `{"ticket": "…"}`. A ticket is 256 random bits, works once, for 30 seconds, and is bound to its session or token, instance,
 * kind and right. It never stands in a URL. A browser must come from Atoll's own origin; a program sends no Origin, and its ticket
 * must have been asked for with a token.
 *
 * Subprotocol `atoll.console.v1`: binary frames are bytes of the console, both ways; text frames are one JSON object each, a
 * `ConsoleControl` or `ConsoleRequest`. Without a window in the hello, the flow control of the connection alone holds the server
 * back; with one, it never sends more bytes than that beyond what was acknowledged by `ack`.
 */

/** vnc and serial are of VMs; exec and attach are of containers. */
export const consoleKinds = ['vnc', 'serial', 'exec', 'attach'] as const;
export type ConsoleKind = (typeof consoleKinds)[number];

/** The path of the WebSocket below the origin. */
export const consolePath = '/api/console';
export const consoleSubprotocol = 'atoll.console.v1';

/** Why a console ended. */
export const consoleEnds = [
  'closed',
  'exited',
  'instance_stopped',
  'instance_deleted',
  'host_unreachable',
  'right_revoked',
  'signed_out',
  'idle',
  'time_limit',
  'taken_over',
  'overflow',
  'busy',
  'failed',
] as const;
export type ConsoleEnd = (typeof consoleEnds)[number];

const columns = z.int().min(2).max(1000);
const rows = z.int().min(2).max(500);

/** What the browser or program may send as text: the ticket first, then these. */
export const consoleRequestSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('resize'), columns, rows }),
  /** So many more bytes were drawn; of use only with a window. */
  z.strictObject({ type: z.literal('ack'), bytes: z.int().min(0) }),
  /** Nothing more will be typed. */
  z.strictObject({ type: z.literal('eof') }),
]);

export const consoleHelloSchema = z.strictObject({
  ticket: z.string().max(100),
  columns: columns.optional(),
  rows: rows.optional(),
  /** Bytes that may be on their way unacknowledged. */
  window: z.int().min(16_384).max(16_777_216).optional(),
});
export type ConsoleHello = z.output<typeof consoleHelloSchema>;

/** What the server sends as text. */
export type ConsoleControl =
  /** The console is open; sent once the host answers, and again after it was reopened. */
  | { type: 'open'; viewOnly: boolean; recorded: boolean; reopened: boolean }
  /** The guest or the host went away; the server tries again by itself. */
  | { type: 'waiting'; reason: 'instance_stopped' | 'host_unreachable'; message: string }
  | { type: 'exit'; code: number | null }
  | { type: 'end'; reason: ConsoleEnd | 'ticket_refused' | 'too_many'; message: string };

/** What `GET /projects/{project}/instances/{instance}/logs` understands. */
export const logQuerySchema = z.strictObject({
  follow: z.stringbool().default(false),
  /** Containers only: a VM's serial console keeps no times. */
  since: timeSchema.optional(),
  until: timeSchema.optional(),
  tail: z.coerce.number().int().min(0).max(1_000_000).optional(),
  timestamps: z.stringbool().default(false),
  /** text: lines as they were printed; jsonl: one `{"stream", "time", "text"}` each. */
  format: z.enum(['text', 'jsonl']).default('text'),
});
export type LogQuery = z.output<typeof logQuerySchema>;

const shell = z.strictObject({
  /** Default: the first of bash, ash, sh that the container has. */
  command: z.array(z.string().min(1).max(4096)).min(1).max(64).optional(),
  user: z.string().max(100).optional(),
  workingDir: z.string().max(1000).startsWith('/').optional(),
  tty: z.boolean().default(true),
});

const ticketSchema = z.object({
  ticket: z.string(),
  /** Of the WebSocket; holds nothing secret. */
  url: z.string(),
  subprotocol: z.string(),
  expiresAt: timeSchema,
});
export type ConsoleTicket = z.output<typeof ticketSchema>;

export const consoleSessionSchema = z.object({
  id: idSchema,
  kind: z.enum(consoleKinds),
  projectId: idSchema,
  instance: z.object({ id: idSchema, name: z.string() }),
  user: z.object({ id: idSchema, name: z.string() }),
  ip: z.string(),
  viewOnly: z.boolean(),
  startedAt: timeSchema,
  endedAt: timeSchema.nullable(),
  endReason: z.enum(consoleEnds).nullable(),
  bytesIn: z.number().int(),
  bytesOut: z.number().int(),
  recorded: z.boolean(),
});
export type ConsoleSession = z.output<typeof consoleSessionSchema>;

export const consoleShareSchema = z.object({
  id: idSchema,
  instanceId: idSchema,
  kind: z.enum(['vnc', 'serial']),
  forUser: z.object({ id: idSchema, name: z.string() }),
  createdBy: z.object({ id: idSchema, name: z.string() }).nullable(),
  viewOnly: z.boolean(),
  createdAt: timeSchema,
  expiresAt: timeSchema,
});
export type ConsoleShare = z.output<typeof consoleShareSchema>;

const ofInstance = { project: projectRefSchema, instance: idSchema };
const opens = { kind: 'project', permission: 'instance:console' } as const;
const reads = { kind: 'project', permission: 'instance:read' } as const;

export const consoleApi = {
  open: endpoint({
    type: 'mutation',
    summary: 'A ticket for a console of an instance; opened by a WebSocket at `url`, first frame {"ticket": …}',
    policy: opens,
    rest: { method: 'POST', path: '/projects/{project}/instances/{instance}/console', status: 201 },
    input: z.strictObject({
      ...ofInstance,
      kind: z.enum(consoleKinds),
      viewOnly: z.boolean().default(false),
      /** A serial console has one reader: whoever has it loses it. Without this, a second one ends with `busy`. */
      takeOver: z.boolean().default(false),
      ...shell.shape,
    }),
    output: ticketSchema,
  }),
  openShared: endpoint({
    type: 'mutation',
    summary: 'A ticket for a console that somebody shared with you',
    policy: { kind: 'self', permission: 'self:write' },
    rest: null,
    input: z.strictObject({ share: idSchema }),
    output: ticketSchema,
  }),
  sessions: endpoint({
    type: 'query',
    summary: 'Who opened consoles of an instance, when and for how long',
    policy: reads,
    rest: { method: 'GET', path: '/projects/{project}/instances/{instance}/console-sessions' },
    input: z.strictObject({ ...ofInstance, ...pageInput }),
    output: pageOf(consoleSessionSchema),
  }),
  shares: endpoint({
    type: 'query',
    summary: 'Consoles of an instance that are shared',
    policy: reads,
    rest: { method: 'GET', path: '/projects/{project}/instances/{instance}/console-shares' },
    input: z.strictObject(ofInstance),
    output: z.object({ items: z.array(consoleShareSchema), nextCursor: z.null() }),
  }),
  share: endpoint({
    type: 'mutation',
    summary: 'Share a console with a member of the project for some time',
    policy: opens,
    rest: { method: 'POST', path: '/projects/{project}/instances/{instance}/console-shares', status: 201 },
    input: z.strictObject({
      ...ofInstance,
      kind: z.enum(['vnc', 'serial']),
      userId: idSchema,
      viewOnly: z.boolean().default(true),
      expiresInMinutes: z.int().min(1).max(1440).default(60),
    }),
    output: consoleShareSchema,
  }),
  revokeShare: endpoint({
    type: 'mutation',
    summary: 'End the sharing of a console; who looks is disconnected',
    policy: opens,
    rest: {
      method: 'DELETE',
      path: '/projects/{project}/instances/{instance}/console-shares/{share}',
      status: 204,
    },
    input: z.strictObject({ ...ofInstance, share: idSchema }),
    output: z.null(),
  }),
};
