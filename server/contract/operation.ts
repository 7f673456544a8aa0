import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { idSchema, timeSchema } from './ids.ts';
import { pageInput, pageOf, queryFlag } from './list.ts';
import { operationStates } from './operation-state.ts';

/** Every kind of durable work. The verb is the last part; one workflow file per kind. */
export const operationKinds = [
  'instance.create',
  'instance.start',
  'instance.stop',
  'instance.reboot',
  'instance.reset',
  'instance.pause',
  'instance.resume',
  'instance.rename',
  'instance.delete',
  'volume.delete',
  'project.delete',
  'image.import',
  'image.delete',
  'host-key.scan',
  'host.enroll',
  'host.inspect',
  'host.remove',
  'container-image.pull',
  'container-image.load',
  'container-image.remove',
] as const;
export type OperationKind = (typeof operationKinds)[number];

export const problemSchema = z.object({
  code: z.string(),
  title: z.string(),
  detail: z.string().describe('What failed and why'),
  undone: z.string().nullable().describe('What was put back'),
  hint: z.string().describe('What to do now'),
  step: z.string().nullable(),
  params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});
export type Problem = z.output<typeof problemSchema>;

export const operationStepSchema = z.object({
  name: z.string(),
  state: z.enum(['pending', 'running', 'done', 'failed', 'undoing', 'undone', 'skipped']),
  attempts: z.number().int(),
  startedAt: timeSchema.nullable(),
  endedAt: timeSchema.nullable(),
  message: z.string().nullable().describe('Progress or error of this step, secrets masked'),
});
export type OperationStep = z.output<typeof operationStepSchema>;

export const operationSchema = z.object({
  id: idSchema,
  projectId: idSchema.nullable(),
  kind: z.enum(operationKinds),
  target: z.object({ type: z.string(), id: idSchema, name: z.string() }),
  state: z.enum(operationStates),
  done: z.boolean(),
  progress: z.object({ percent: z.number().int().min(0).max(100), step: z.string().nullable() }),
  steps: z.array(operationStepSchema),
  error: problemSchema.nullable(),
  result: z.record(z.string(), z.unknown()).nullable(),
  createdBy: z.object({ id: idSchema, name: z.string() }).nullable(),
  createdAt: timeSchema,
  startedAt: timeSchema.nullable(),
  endedAt: timeSchema.nullable(),
  version: z.number().int(),
});
export type Operation = z.output<typeof operationSchema>;

export const operationLogSchema = z.object({
  at: timeSchema,
  level: z.enum(['info', 'warn', 'error']),
  step: z.string().nullable(),
  message: z.string(),
});

const operationRef = { operation: idSchema };

export const operationApi = {
  list: endpoint({
    type: 'query',
    summary: 'Operations that you may see, newest first',
    policy: { kind: 'visible', permission: 'operation:read' },
    rest: { method: 'GET', path: '/operations' },
    input: z.strictObject({
      ...pageInput,
      project: z.string().optional().describe('Project id or slug'),
      target: idSchema.optional(),
      done: queryFlag.optional(),
      mine: queryFlag.optional(),
    }),
    output: pageOf(operationSchema),
  }),
  get: endpoint({
    type: 'query',
    summary: 'One operation with its steps',
    policy: { kind: 'visible', permission: 'operation:read' },
    rest: { method: 'GET', path: '/operations/{operation}', waits: true },
    input: z.strictObject(operationRef),
    output: operationSchema,
  }),
  log: endpoint({
    type: 'query',
    summary: 'The log of an operation, secrets masked',
    policy: { kind: 'visible', permission: 'operation:read' },
    rest: { method: 'GET', path: '/operations/{operation}/log' },
    input: z.strictObject({ ...operationRef, ...pageInput }),
    output: pageOf(operationLogSchema),
  }),
  cancel: endpoint({
    type: 'mutation',
    summary: 'Cancel: what was done so far is undone',
    policy: { kind: 'visible', permission: 'operation:manage' },
    rest: { method: 'POST', path: '/operations/{operation}/cancel', status: 202 },
    input: z.strictObject(operationRef),
    output: operationSchema,
  }),
  retry: endpoint({
    type: 'mutation',
    summary: 'Run a failed operation again',
    policy: { kind: 'visible', permission: 'operation:manage' },
    rest: { method: 'POST', path: '/operations/{operation}/retry', status: 202 },
    input: z.strictObject(operationRef),
    output: operationSchema,
  }),
};
