import { parseAsString } from 'nuqs/server';

/** What of the log is kept in the address: the object that it is narrowed to. */
export const eventListParams = { target: parseAsString };

/** The request for a page of the log; page and component build it alike. Without a project: all that one may see. */
export const eventListInput = (project: string | null, { target }: { target: string | null }) => ({
  limit: 100,
  ...(project !== null && { project }),
  ...(target !== null && { target }),
});
