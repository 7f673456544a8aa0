'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import type { Instance } from '#server/contract/instance.ts';
import { canInstance, type InstanceAction } from '#server/contract/instance-state.ts';
import { patchCache } from '../lib/patch-cache.ts';
import { problemOf } from '../lib/problem.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useProblemText } from '../lib/use-problem-text.ts';
import { useCannotInProject } from '../lib/use-project-right.ts';
import { toast } from '../ui/toast.tsx';

/** Actions that are one press; rename and delete ask something first. */
export type QuickAction = Exclude<InstanceAction, 'rename' | 'delete'>;
export const quickActions: readonly QuickAction[] = ['start', 'stop', 'reboot', 'pause', 'resume', 'reset', 'forceOff'];

interface Asked {
  project: string;
  instance: Instance;
  action: QuickAction;
  timeoutSeconds?: number;
}

/** Runs a power action and shows its operation at once; the state itself changes when the host says so. */
export function useInstanceAction() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const t = useTranslations('instance');
  const textOf = useProblemText();
  const start = useMutation(trpc.instance.start.mutationOptions());
  const stop = useMutation(trpc.instance.stop.mutationOptions());
  const reboot = useMutation(trpc.instance.reboot.mutationOptions());
  const reset = useMutation(trpc.instance.reset.mutationOptions());
  const pause = useMutation(trpc.instance.pause.mutationOptions());
  const resume = useMutation(trpc.instance.resume.mutationOptions());
  return useMutation({
    mutationFn: ({ project, instance, action, timeoutSeconds }: Asked) => {
      const ref = { project, instance: instance.id };
      switch (action) {
        case 'start':
          return start.mutateAsync(ref);
        case 'stop':
          return stop.mutateAsync({ ...ref, ...(timeoutSeconds !== undefined && { timeoutSeconds }) });
        case 'forceOff':
          return stop.mutateAsync({ ...ref, force: true });
        case 'reboot':
          return reboot.mutateAsync(ref);
        case 'reset':
          return reset.mutateAsync(ref);
        case 'pause':
          return pause.mutateAsync(ref);
        case 'resume':
          return resume.mutateAsync(ref);
      }
    },
    onSuccess: ({ instance, operation }) => {
      patchCache(queryClient, instanceChange(instance));
      void queryClient.invalidateQueries({ queryKey: trpc.operation.list.queryKey() });
      queryClient.setQueryData(trpc.operation.get.queryKey({ operation: operation.id }), operation);
    },
    onError: (error, { instance, action }) => {
      const { title, detail } = textOf(problemOf(error));
      toast('bad', t('actionFailed', { action: t(`action.${action}`), name: instance.name }), detail ?? title);
    },
  });
}

const instanceChange = (instance: Instance) => ({
  seq: '',
  topic: 'instance' as const,
  entityId: instance.id,
  projectId: instance.projectId,
  version: instance.version,
  at: instance.stateSince,
  entity: instance,
});

/** Why an action is not possible now, in the person's language; null when it is. */
export function useCannot(): (action: InstanceAction, instance: Instance) => string | null {
  const t = useTranslations('instance.cannot');
  const cannotIn = useCannotInProject();
  return (action, instance) => {
    const can = canInstance(action, instance);
    if (!can.ok) return t(can.reason);
    const permission = action === 'rename' || action === 'delete' ? 'instance:write' : 'instance:operate';
    const ends = action === 'stop' || action === 'forceOff' || action === 'delete';
    return cannotIn(instance.projectId, permission, ends ? 'end' : 'change');
  };
}
