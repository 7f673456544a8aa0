import { parseAsString, parseAsStringLiteral } from 'nuqs/server';
import {
  type InstanceKind,
  type InstanceState,
  instanceKinds,
  instanceStates,
} from '#server/contract/instance-state.ts';

export const instanceSorts = ['name', '-name', 'createdAt', '-createdAt'] as const;

/** What of the list is kept in the address. */
export const instanceListParams = {
  q: parseAsString.withDefault(''),
  state: parseAsStringLiteral(instanceStates),
  kind: parseAsStringLiteral(instanceKinds),
  sort: parseAsStringLiteral(instanceSorts).withDefault('name'),
};

interface Asked {
  q: string;
  state: InstanceState | null;
  kind: InstanceKind | null;
  sort: (typeof instanceSorts)[number];
}

/** The request for a page of the list; page and component build it alike, so that what was prefetched is found. */
export const instanceListInput = (project: string, { q, state, kind, sort }: Asked) => ({
  project,
  limit: 100,
  sort,
  ...(q && { search: q }),
  ...(state && { state }),
  ...(kind && { kind }),
});
