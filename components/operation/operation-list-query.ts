import { parseAsBoolean, parseAsStringLiteral } from 'nuqs/server';

export const operationShows = ['running', 'ended'] as const;

/** What of the list is kept in the address. */
export const operationListParams = {
  show: parseAsStringLiteral(operationShows),
  mine: parseAsBoolean.withDefault(false),
};

interface Asked {
  show: (typeof operationShows)[number] | null;
  mine: boolean;
}

/** The request for a page of the list; page and component build it alike. Without a project: all that one may see. */
export const operationListInput = (project: string | null, { show, mine }: Asked) => ({
  limit: 50,
  ...(project !== null && { project }),
  ...(show && { done: show === 'ended' }),
  ...(mine && { mine }),
});
