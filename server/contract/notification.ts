import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { idSchema, timeSchema } from './ids.ts';
import { pageInput, pageOf, queryFlag } from './list.ts';

export const notificationSchema = z.object({
  id: idSchema,
  type: z.string().describe('Such as quota-request.created; translated by the browser'),
  project: z.object({ id: idSchema, slug: z.string(), name: z.string() }).nullable(),
  target: z.object({ type: z.string(), id: z.string() }),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  createdAt: timeSchema,
  readAt: timeSchema.nullable(),
});
export type Notification = z.output<typeof notificationSchema>;

export const notificationApi = {
  list: endpoint({
    type: 'query',
    summary: 'What you were told, newest first',
    policy: { kind: 'self', permission: 'self:read' },
    rest: { method: 'GET', path: '/notifications' },
    input: z.strictObject({ ...pageInput, unread: queryFlag.optional().describe('true: only what you have not read') }),
    output: pageOf(notificationSchema),
  }),
  unread: endpoint({
    type: 'query',
    summary: 'How much of it you have not read',
    policy: { kind: 'self', permission: 'self:read' },
    rest: { method: 'GET', path: '/notifications/unread-count' },
    input: z.strictObject({}),
    output: z.object({ unread: z.number().int() }),
  }),
  markRead: endpoint({
    type: 'mutation',
    summary: 'Mark as read: those that are named, or all',
    policy: { kind: 'self', permission: 'self:write' },
    rest: { method: 'POST', path: '/notifications/read', status: 200 },
    input: z.strictObject({ ids: z.array(idSchema).max(200).optional() }),
    output: z.object({ unread: z.number().int() }),
  }),
};
