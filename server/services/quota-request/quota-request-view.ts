import type { QuotaRequest } from '#server/contract/quota-request.ts';
import type { QuotaRequestRow } from '#server/db/quota-request-store.ts';

/** A request as the API shows it. */
export function quotaRequestView(row: QuotaRequestRow): QuotaRequest {
  const { projectId: _, ...rest } = row;
  return {
    ...rest,
    createdAt: row.createdAt.toISOString(),
    decidedAt: row.decidedAt?.toISOString() ?? null,
    expiresAt: row.expiresAt?.toISOString() ?? null,
  };
}
