'use client';

import { useCallback } from 'react';
import { useMe } from './use-me.ts';

/** Names a project by its id, as far as the person is in it; `–` for what belongs to the whole cloud. */
export function useProjectName(): (id: string | null) => string {
  const { projects } = useMe();
  return useCallback(
    (id) => (id === null ? '–' : (projects.find((project) => project.id === id)?.name ?? id)),
    [projects],
  );
}
