import { parseAsString } from 'nuqs/server';

/** What of the list is kept in the address. */
export const hostListParams = { q: parseAsString.withDefault('') };

/** The request for a page of the list; page and component build it alike. */
export const hostListInput = ({ q }: { q: string }) => ({ limit: 100, ...(q && { search: q }) });
