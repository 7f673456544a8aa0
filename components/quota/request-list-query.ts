import { parseAsStringLiteral } from 'nuqs/server';
import { type QuotaRequestState, quotaRequestStates } from '#server/contract/quota-request.ts';

/** What of the list of requests is kept in the address. */
export const requestListParams = { state: parseAsStringLiteral(quotaRequestStates) };

/** The request for a page of the list; page and component build it alike. */
export const requestListInput = ({ state }: { state: QuotaRequestState | null }) => ({
  limit: 100,
  ...(state && { state }),
});
