'use client';

import {
  Ellipsis,
  type LucideIcon,
  Pause,
  Play,
  Power,
  PowerOff,
  RotateCcw,
  RotateCw,
  Square,
  Trash2,
} from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import type { Instance } from '#server/contract/instance.ts';
import { canInstance, type InstanceAction } from '#server/contract/instance-state.ts';
import { paths } from '../lib/paths.ts';
import { useRowTabIndex } from '../table/row-tab-index.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { Menu, MenuItem, MenuSeparator } from '../ui/menu.tsx';
import { type QuickAction, quickActions, useCannot, useInstanceAction } from './use-instance-action.ts';

export const actionIcons: Record<InstanceAction, LucideIcon> = {
  start: Play,
  stop: Square,
  forceOff: PowerOff,
  reboot: RotateCw,
  reset: RotateCcw,
  pause: Pause,
  resume: Power,
  rename: Power,
  delete: Trash2,
};

export interface InstanceMenuProps {
  project: string;
  instance: Instance;
  /** Actions that already stand beside the menu as buttons. */
  without?: readonly InstanceAction[];
}

/** Every action on an instance; what is not possible now says why. What a kind never has is left out. */
export function InstanceMenu({ project, instance, without = [] }: InstanceMenuProps) {
  const t = useTranslations('instance');
  const router = useRouter();
  const cannot = useCannot();
  const run = useInstanceAction();
  const tabIndex = useRowTabIndex();
  const has = (action: QuickAction) => {
    const can = canInstance(action, instance);
    return !without.includes(action) && (can.ok || can.reason !== 'vmOnly');
  };
  return (
    <Menu trigger={<IconButton icon={Ellipsis} label={t('actionsOf', { name: instance.name })} tabIndex={tabIndex} />}>
      {quickActions.filter(has).map((action) => (
        <MenuItem
          key={action}
          icon={actionIcons[action]}
          reason={cannot(action, instance)}
          onSelect={() => run.mutate({ project, instance, action })}
        >
          {t(`action.${action}`)}
        </MenuItem>
      ))}
      <MenuSeparator />
      <MenuItem
        icon={actionIcons.delete}
        tone="danger"
        reason={cannot('delete', instance)}
        onSelect={() => router.push(`${paths.instance(project, instance.id, 'settings')}#delete`)}
      >
        {t('deleteDots')}
      </MenuItem>
    </Menu>
  );
}
