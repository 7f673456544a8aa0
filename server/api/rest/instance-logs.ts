import { logQuerySchema } from '#server/contract/console.ts';
import { AtollError } from '#server/contract/errors.ts';
import { idSchema, projectRefSchema } from '#server/contract/ids.ts';
import { admit, enterProject, requireActor } from '#server/services/access/enter.ts';
import { recordRefusal } from '#server/services/audit/record-refusal.ts';
import { openInstanceLog } from '#server/services/console/open-log.ts';
import type { ApiCall } from '../dispatch.ts';
import { toAtollError } from '../problem.ts';
import { takeFromProject } from '../rate-limit.ts';

/** `/projects/{project}/instances/{instance}/logs` */
export const logsPath = /^\/projects\/([^/]+)\/instances\/([^/]+)\/logs$/;

const types = { text: 'text/plain; charset=utf-8', jsonl: 'application/jsonl' } as const;

/**
 * Answers `GET …/logs`: lines as they come, for as long as the client reads. They are the guest's words: plain text, never a page.
 * Throws `not_found`, `forbidden`, `validation_failed`, and what the host says.
 */
export async function handleInstanceLogs(call: ApiCall, request: Request, url: URL): Promise<Response> {
  if (request.method !== 'GET') throw new AtollError('method_not_allowed', 'Allowed here: GET.');
  const [, rawProject = '', rawInstance = ''] = logsPath.exec(url.pathname.replace(/^\/api\/v1/, '')) ?? [];
  try {
    const permission = 'instance:logs';
    admit(call.actor, { kind: 'project', permission });
    const project = projectRefSchema.safeParse(decodeURIComponent(rawProject));
    const instance = idSchema.safeParse(rawInstance);
    if (!project.success || !instance.success) throw new AtollError('not_found');
    const ctx = await enterProject(requireActor(call), project.data, permission);
    takeFromProject(call.app.limits, ctx.project.id, call.responseHeaders);
    const query = logQuerySchema.parse(Object.fromEntries(url.searchParams));
    const body = await openInstanceLog(ctx, { ...query, instance: instance.data }, request.signal);
    return new Response(body, {
      headers: {
        'content-type': types[query.format],
        'cache-control': 'no-store, no-transform',
        'x-accel-buffering': 'no',
        'content-disposition': 'inline; filename="log.txt"',
      },
    });
  } catch (error) {
    const about = { name: 'instance.logs', type: 'query', input: { project: rawProject } } as const;
    await recordRefusal(call, about, toAtollError(error));
    throw error;
  }
}
