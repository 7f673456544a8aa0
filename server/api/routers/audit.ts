import { auditApi } from '#server/contract/audit.ts';
import { listProjectAudit, listWholeAudit } from '#server/services/audit/read-audit.ts';
import { implement } from '../implement.ts';

export const auditHandlers = implement(auditApi, {
  list: (ctx, input) => listWholeAudit(ctx, input),
  listInProject: (ctx, input) => listProjectAudit(ctx, input),
});
