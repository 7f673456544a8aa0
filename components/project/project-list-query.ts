import { parseAsString } from 'nuqs/server';

/** What of the list of projects is kept in the address. */
export const projectListParams = { q: parseAsString.withDefault('') };

/** The request for a page of the list; page and component build it alike. */
export const projectListInput = ({ q }: { q: string }) => ({ limit: 100, ...(q && { search: q }) });
