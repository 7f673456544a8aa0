import { parseAsString } from 'nuqs/server';

/** What of the list of users is kept in the address. */
export const userListParams = { q: parseAsString.withDefault('') };

/** The request for a page of the list; page and component build it alike. */
export const userListInput = ({ q }: { q: string }) => ({ limit: 100, ...(q && { search: q }) });
