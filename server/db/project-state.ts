import { Prisma } from './generated/client.ts';

/** What is still possible in project `p`: a {@link ProjectState} of the contract. */
export const projectStateSql = Prisma.sql`
  CASE WHEN p.deleting_at IS NOT NULL THEN 'deleting' WHEN p.archived_at IS NOT NULL THEN 'archived' ELSE 'active' END`;
