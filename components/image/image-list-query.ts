import { parseAsString, parseAsStringLiteral } from 'nuqs/server';
import { imageStates } from '#server/contract/image-state.ts';

/** What of the list is kept in the address. */
export const imageListParams = { q: parseAsString.withDefault(''), state: parseAsStringLiteral(imageStates) };

interface Asked {
  q: string;
  state: (typeof imageStates)[number] | null;
}

/** The request for a page of the list; page and component build it alike. */
export const imageListInput = (project: string, { q, state }: Asked) => ({
  project,
  limit: 100,
  ...(q && { search: q }),
  ...(state && { state }),
});
