import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { idSchema, timeSchema } from './ids.ts';
import { pageInput, pageOf } from './list.ts';

export const eventTopics = [
  'instance',
  'volume',
  'operation',
  'image',
  'host',
  'unmanaged',
  'flavor',
  'project',
  'host-key',
  'host-pool',
  'placement-group',
  'quota-request',
  'notification',
] as const;
export type EventTopic = (typeof eventTopics)[number];

/** One change as it is streamed: `entity` is the whole public object at `version` (or newer), null when it is gone. */
export const changeSchema = z.object({
  seq: z.string().describe('Position in the stream; send it as Last-Event-ID to resume'),
  topic: z.enum(eventTopics),
  entityId: z.string(),
  projectId: idSchema.nullable(),
  version: z.number().int(),
  at: timeSchema,
  entity: z.unknown().nullable(),
});
export type Change = z.output<typeof changeSchema>;

/** One line of an object's history, for people. */
export const eventSchema = z.object({
  id: idSchema,
  at: timeSchema,
  type: z.string().describe('Such as instance.started, host.key_changed; translated by the browser'),
  projectId: idSchema.nullable(),
  target: z.object({ type: z.string(), id: z.string(), name: z.string() }),
  actor: z.object({ id: idSchema, name: z.string() }).nullable().describe('null: Atoll itself or somebody on the host'),
  severity: z.enum(['info', 'warn', 'error']),
  message: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
});

export const eventApi = {
  list: endpoint({
    type: 'query',
    summary: 'History of objects, newest first',
    policy: { kind: 'visible', permission: 'event:read' },
    rest: { method: 'GET', path: '/event-log' },
    input: z.strictObject({ ...pageInput, project: z.string().optional(), target: z.string().max(100).optional() }),
    output: pageOf(eventSchema),
  }),
};
