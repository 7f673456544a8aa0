import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { idSchema, projectRefSchema, timeSchema } from './ids.ts';
import { pageInput, pageOf } from './list.ts';

export const auditOutcomes = ['done', 'refused'] as const;

/** One change, or one that was refused. */
export const auditRecordSchema = z.object({
  id: z.string(),
  at: timeSchema,
  actor: z
    .object({ id: idSchema.nullable(), name: z.string() })
    .nullable()
    .describe('null: nobody was signed in; without id: the admin at the server'),
  tokenId: idSchema.nullable().describe('The API token with which it was done'),
  ip: z.string().nullable(),
  requestId: z.string().nullable(),
  projectId: idSchema.nullable(),
  action: z.string().describe('Name of the procedure, such as instance.create'),
  target: z.object({ type: z.string(), id: z.string(), name: z.string().nullable() }).nullable(),
  outcome: z.enum(auditOutcomes),
  code: z.string().nullable().describe('Error code of a refusal'),
  detail: z.record(z.string(), z.unknown()).describe('What was asked for; nothing secret'),
  chain: z.object({ seq: z.string(), hash: z.string() }).describe('Place in the chain of its project, and SHA-256'),
});
export type AuditRecord = z.output<typeof auditRecordSchema>;

/** What narrows an audit; also for its export. */
export const auditFilter = {
  actor: z.string().max(100).optional().describe('Id of a user, or part of a name'),
  action: z
    .string()
    .max(100)
    .regex(/^[A-Za-z.]+$/)
    .optional()
    .describe('instance.create, or instance for all of an instance'),
  target: z.string().max(100).optional().describe('Id of what it was done to'),
  outcome: z.enum(auditOutcomes).optional(),
  from: timeSchema.optional(),
  to: timeSchema.optional().describe('Up to, but not including'),
  search: z.string().trim().max(100).optional(),
};

export const auditFilterSchema = z.strictObject(auditFilter);
export type AuditFilter = z.output<typeof auditFilterSchema>;

export const auditExportFormats = ['csv', 'jsonl'] as const;

/** More than this is exported in parts, by time. */
export const maxExportRows = 100_000;

export const auditApi = {
  list: endpoint({
    type: 'query',
    summary: 'Audit of the whole cloud, newest first',
    policy: { kind: 'system', permission: 'audit:read' },
    rest: { method: 'GET', path: '/audit' },
    input: z.strictObject({ ...pageInput, ...auditFilter, within: projectRefSchema.optional().describe('A project') }),
    output: pageOf(auditRecordSchema),
  }),
  listInProject: endpoint({
    type: 'query',
    summary: 'Audit of a project, newest first',
    policy: { kind: 'project', permission: 'project:audit' },
    rest: { method: 'GET', path: '/projects/{project}/audit' },
    input: z.strictObject({ project: projectRefSchema, ...pageInput, ...auditFilter }),
    output: pageOf(auditRecordSchema),
  }),
};
