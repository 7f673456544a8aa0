'use client';

import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { type ProjectPermission, projectRolePermissions, projectRoles } from '#server/contract/permissions.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useMyProject } from '../lib/use-project-right.ts';
import type { SelectOption } from '../ui/select.tsx';

/** The value of a choice: one of the project's own roles, or the id of a custom one. */
export type RoleValue = string;

/** What the server takes for a choice. */
export function roleInput(value: RoleValue) {
  const own = projectRoles.find((role) => role === value);
  return own ? { role: own } : { customRoleId: value };
}

/**
 * The roles that the person may give in a project: nobody gives more than they hold. Admins see all.
 */
export function useRoleOptions(project: string): SelectOption<RoleValue>[] {
  const t = useTranslations('member');
  const trpc = useTRPC();
  const held = useMyProject(project)?.permissions;
  const { data } = useQuery(trpc.role.list.queryOptions({ limit: 200 }));
  const mayGive = (permissions: readonly ProjectPermission[]) =>
    held === undefined || permissions.every((each) => held.includes(each));
  return [
    ...projectRoles
      .filter((role) => mayGive(projectRolePermissions[role]))
      .map((role) => ({ value: role, label: t(`role.${role}`), detail: t(`roleDetail.${role}`) })),
    ...(data?.items ?? [])
      .filter(({ permissions }) => mayGive(permissions))
      .map(({ id, name, description, permissions }) => ({
        value: id,
        label: name,
        detail: description || t('rights', { count: permissions.length }),
      })),
  ];
}

/** The name of a role that somebody has. */
export function useRoleName(): (held: {
  role: 'viewer' | 'member' | 'owner' | 'custom';
  customRole: { name: string } | null;
}) => string {
  const t = useTranslations('member');
  return ({ role, customRole }) => customRole?.name ?? t(`role.${role}`);
}
