'use client';

import { useParams } from 'next/navigation';
import type { Me } from '#server/contract/identity.ts';
import { usePreferences } from '../lib/preferences-provider.tsx';
import { useMe } from '../lib/use-me.ts';

export type MyProject = Me['projects'][number];

/** The project at hand: of the address, else the one looked at last, else the first; null where there is none at all. */
export function useProject(): MyProject | null {
  const { projects } = useMe();
  const { project: inAddress } = useParams<{ project?: string }>();
  const { preferences } = usePreferences();
  const bySlug = (slug: string | null | undefined) => projects.find((each) => each.slug === slug || each.id === slug);
  return bySlug(inAddress) ?? bySlug(preferences.project) ?? projects[0] ?? null;
}
