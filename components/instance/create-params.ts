import { parseAsString, parseAsStringLiteral } from 'nuqs/server';
import { instanceKinds } from '#server/contract/instance-state.ts';

/** What the address of the create page says: the kind, and the image or the kept disk that a VM begins with. */
export const createParams = {
  kind: parseAsStringLiteral(instanceKinds).withDefault('vm'),
  image: parseAsString,
  volume: parseAsString,
};

/** So many images are offered at once; with more there is a search. */
const imageChoiceLimit = 24;
/** So many volumes, flavors and hosts: the longest page that the API gives. */
export const longestPage = 200;

/** The images to choose from; page and component ask alike. */
export const imageChoiceInput = (project: string, search = '') => ({
  project,
  state: 'ready' as const,
  limit: imageChoiceLimit,
  ...(search && { search }),
});
