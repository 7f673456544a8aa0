'use client';

import { useTranslations } from 'next-intl';
import { useCallback } from 'react';
import type { Me } from '#server/contract/identity.ts';
import type { ProjectPermission } from '#server/contract/permissions.ts';
import { useMe } from './use-me.ts';

export type MyProject = Me['projects'][number];

/** What is about to be done: `end` (stop, delete, take out) is possible in an archived project, `change` is not. */
export type Doing = 'read' | 'change' | 'end';

/** The project of an id or slug as the person may use it; undefined where it is not among those of the switcher. */
export function useMyProject(reference: string): MyProject | undefined {
  return useMe().projects.find(({ id, slug }) => slug === reference || id === reference);
}

/**
 * Why something is not possible in a project, in the person's language: the right that is missing, or that the project is
 * archived or being deleted. null when it is possible, or when the server has to say.
 */
export function useCannotInProject(): (project: string, permission: ProjectPermission, doing?: Doing) => string | null {
  const t = useTranslations('project.cannot');
  const scope = useTranslations('token.scope');
  const { projects } = useMe();
  return useCallback(
    (reference, permission, doing = 'change') => {
      const project = projects.find(({ id, slug }) => slug === reference || id === reference);
      if (!project) return null;
      if (!project.permissions.includes(permission)) return t('permission', { right: scope(permission) });
      if (doing === 'read' || project.state === 'active') return null;
      if (project.state === 'deleting') return t('deleting');
      return doing === 'end' ? null : t('archived');
    },
    [t, scope, projects],
  );
}
