'use client';

import { useTranslations } from 'next-intl';
import type { Instance } from '#server/contract/instance.ts';
import { Button } from '../ui/button.tsx';
import { actionIcons, InstanceMenu } from './instance-menu.tsx';
import { type QuickAction, useCannot, useInstanceAction } from './use-instance-action.ts';

/** The action that one most likely wants next, by state. */
function mainAction(instance: Instance): QuickAction {
  if (instance.state === 'paused') return 'resume';
  if (instance.state === 'running') return 'stop';
  return 'start';
}

/** The action bar: the likely next action as a button, the rest in the menu, both with their reasons. */
export function InstanceActions({ project, instance }: { project: string; instance: Instance }) {
  const t = useTranslations('instance.action');
  const cannot = useCannot();
  const run = useInstanceAction();
  const main = mainAction(instance);
  // A stop that hangs is got out of by force: the only thing that is possible while it runs.
  const action = instance.task?.kind === 'instance.stop' ? 'forceOff' : main;
  const Icon = actionIcons[action];
  return (
    <>
      <Button
        variant={action === 'start' || action === 'resume' ? 'primary' : 'secondary'}
        reason={cannot(action, instance)}
        busy={run.isPending}
        onClick={() => run.mutate({ project, instance, action })}
      >
        <Icon size={16} aria-hidden />
        {t(action)}
      </Button>
      <InstanceMenu project={project} instance={instance} without={[action]} />
    </>
  );
}
