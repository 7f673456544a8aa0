'use client';

import { useTranslations } from 'next-intl';
import type { Instance } from '#server/contract/instance.ts';
import { canInstance } from '#server/contract/instance-state.ts';
import { Button } from '../ui/button.tsx';
import { actionIcons } from './instance-menu.tsx';
import { type QuickAction, useInstanceAction } from './use-instance-action.ts';

const bulkActions: readonly QuickAction[] = ['start', 'stop', 'reboot'];

export interface InstanceBulkProps {
  project: string;
  instances: Instance[];
  clear: () => void;
}

/** Power actions on all selected instances that allow them; each has its own operation and its own result. */
export function InstanceBulk({ project, instances, clear }: InstanceBulkProps) {
  const t = useTranslations('instance');
  const run = useInstanceAction();
  return bulkActions.map((action) => {
    const able = instances.filter((instance) => canInstance(action, instance).ok);
    const Icon = actionIcons[action];
    const press = () => {
      for (const instance of able) run.mutate({ project, instance, action });
      clear();
    };
    return (
      <Button key={action} size="small" reason={able.length === 0 ? t('bulkNone') : null} onClick={press}>
        <Icon size={14} aria-hidden />
        {t('bulkAction', { action: t(`action.${action}`), count: able.length })}
      </Button>
    );
  });
}
