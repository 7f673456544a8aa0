import { Readable } from 'node:stream';
import { z } from 'zod';
import { type AuditRecord, auditExportFormats, auditFilterSchema } from '#server/contract/audit.ts';
import { AtollError } from '#server/contract/errors.ts';
import { projectRefSchema } from '#server/contract/ids.ts';
import type { Policy } from '#server/contract/permissions.ts';
import { usageExportFormats, usageRangeSchema } from '#server/contract/usage.ts';
import { csvLine, csvStart } from '#server/platform/csv.ts';
import { admit, enterProject, requireActor } from '#server/services/access/enter.ts';
import { exportAudit } from '#server/services/audit/read-audit.ts';
import { recordRefusal } from '#server/services/audit/record-refusal.ts';
import { exportUsage, type UsageLine } from '#server/services/usage/export-usage.ts';
import type { ApiCall } from '../dispatch.ts';
import { toAtollError } from '../problem.ts';
import { takeFromProject } from '../rate-limit.ts';

/** `/audit/export`, `/usage/export`, and the same below a project. */
export const exportPath = /^(?:\/projects\/([^/]+))?\/(audit|usage)\/export$/;

const permissions = {
  audit: { system: 'audit:read', project: 'project:audit' },
  usage: { system: 'system:read', project: 'usage:read' },
} as const;

/**
 * Answers `GET …/export?format=`: a file, streamed. Who may read the list may export it, and the same filters apply. Throws
 * `not_found`, `forbidden`, `validation_failed`, and `payload_too_large` for more than a file may have.
 */
export async function handleExport(call: ApiCall, request: Request, url: URL): Promise<Response> {
  const [, rawProject, kind] = exportPath.exec(url.pathname.replace(/^\/api\/v1/, '')) ?? [];
  const what = kind === 'usage' ? 'usage' : 'audit';
  if (request.method !== 'GET') throw new AtollError('method_not_allowed', 'Allowed here: GET.');
  try {
    const project = await enter(call, what, rawProject);
    const query = Object.fromEntries(url.searchParams);
    return what === 'audit' ? await auditFile(call, query, project) : await usageFile(call, query, project);
  } catch (error) {
    await recordRefusal(
      call,
      { name: `${what}.export`, type: 'query', input: { project: rawProject } },
      toAtollError(error),
    );
    throw error;
  }
}

interface Entered {
  id: string;
  slug: string;
}

async function enter(call: ApiCall, what: keyof typeof permissions, raw: string | undefined): Promise<Entered | null> {
  const { system, project } = permissions[what];
  const policy: Policy =
    raw === undefined ? { kind: 'system', permission: system } : { kind: 'project', permission: project };
  admit(call.actor, policy);
  if (raw === undefined) return null;
  const reference = projectRefSchema.safeParse(decodeURIComponent(raw));
  if (!reference.success) throw new AtollError('not_found');
  const entered = await enterProject(requireActor(call), reference.data, project);
  takeFromProject(call.app.limits, entered.project.id, call.responseHeaders);
  return entered.project;
}

async function auditFile(call: ApiCall, query: object, project: Entered | null): Promise<Response> {
  const { format, ...filter } = auditFilterSchema.extend({ format: z.enum(auditExportFormats) }).parse(query);
  const records = await exportAudit(call, filter, project?.id);
  const lines = format === 'csv' ? csvOf(auditColumns, records) : jsonLinesOf(records);
  return file(call, lines, fileName('audit', project, format), format);
}

async function usageFile(call: ApiCall, query: object, project: Entered | null): Promise<Response> {
  const { format, ...range } = usageRangeSchema.extend({ format: z.enum(usageExportFormats) }).parse(query);
  const lines = await exportUsage(call, range, project?.id ?? null);
  const text = format === 'csv' ? csvOf(usageColumns, lines) : [JSON.stringify(lines)];
  return file(call, text, fileName('usage', project, format), format);
}

const types = { csv: 'text/csv; charset=utf-8', jsonl: 'application/jsonl', json: 'application/json' } as const;

function fileName(what: string, project: Entered | null, format: keyof typeof types): string {
  const date = new Date().toISOString().slice(0, 10);
  return ['atoll', what, ...(project ? [project.slug] : []), `${date}.${format}`].join('-');
}

/** A stream asks for the next piece when the client has taken the last: a slow client holds no memory. */
function file(
  call: ApiCall,
  pieces: Iterable<string> | AsyncIterable<string>,
  name: string,
  format: keyof typeof types,
): Response {
  const encoder = new TextEncoder();
  async function* bytes(): AsyncGenerator<Uint8Array> {
    try {
      for await (const piece of pieces) yield encoder.encode(piece);
    } catch (error) {
      call.app.log.warn({ err: error, requestId: call.requestId }, 'an export broke off');
      throw error;
    }
  }
  return new Response(Readable.toWeb(Readable.from(bytes())) as ReadableStream, {
    headers: {
      'content-type': types[format],
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'no-store',
    },
  });
}

type Columns<T> = Record<string, (row: T) => string | null>;

const auditColumns: Columns<AuditRecord> = {
  id: (row) => row.id,
  at: (row) => row.at,
  actor: (row) => row.actor?.name ?? null,
  actorId: (row) => row.actor?.id ?? null,
  tokenId: (row) => row.tokenId,
  ip: (row) => row.ip,
  requestId: (row) => row.requestId,
  projectId: (row) => row.projectId,
  action: (row) => row.action,
  targetType: (row) => row.target?.type ?? null,
  targetId: (row) => row.target?.id ?? null,
  targetName: (row) => row.target?.name ?? null,
  outcome: (row) => row.outcome,
  code: (row) => row.code,
  detail: (row) => JSON.stringify(row.detail),
  chainSeq: (row) => row.chain.seq,
  hash: (row) => row.chain.hash,
};

const usageColumns: Columns<UsageLine> = {
  from: (row) => row.from,
  to: (row) => row.to,
  projectId: (row) => row.projectId,
  type: (row) => row.type,
  id: (row) => row.id,
  name: (row) => row.name,
  kind: (row) => row.kind,
  exists: (row) => String(row.exists),
  vcpuHours: (row) => row.vcpuHours,
  memoryGiBHours: (row) => row.memoryGiBHours,
  diskGiBHours: (row) => row.diskGiBHours,
  cost: (row) => row.cost,
  currency: (row) => row.currency,
};

async function* csvOf<T>(columns: Columns<T>, rows: Iterable<T> | AsyncIterable<T>): AsyncGenerator<string> {
  yield csvStart + csvLine(Object.keys(columns));
  for await (const row of rows) yield csvLine(Object.values(columns).map((cell) => cell(row)));
}

async function* jsonLinesOf(rows: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`;
}
