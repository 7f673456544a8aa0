'use client';

import { Toast } from '@base-ui/react/toast';
import { CircleCheck, CircleX, X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useEffect } from 'react';
import { IconButton } from './icon-button.tsx';
import type { ToastContent } from './toast.tsx';

const manager = Toast.createToastManager();

function show({ tone, title, description, action }: ToastContent): void {
  manager.add({
    title,
    description,
    type: tone,
    timeout: tone === 'bad' ? 10_000 : 5_000,
    ...(action && { actionProps: { children: action.text, onClick: action.press } }),
  });
}

function Toasts() {
  const t = useTranslations('ui');
  const { toasts } = Toast.useToastManager();
  return toasts.map((each) => (
    <Toast.Root
      key={each.id}
      toast={each}
      className="flex w-full items-start gap-3 rounded-card border border-line bg-surface-2 p-3 shadow-float transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0"
    >
      {each.type === 'bad' ? (
        <CircleX size={16} aria-hidden className="mt-0.5 shrink-0 text-bad" />
      ) : (
        <CircleCheck size={16} aria-hidden className="mt-0.5 shrink-0 text-ok" />
      )}
      <Toast.Content className="min-w-0 grow">
        <Toast.Title className="font-medium" />
        <Toast.Description className="text-text-2" />
        <Toast.Action className="mt-1 min-h-6 font-medium text-lagoon hover:underline empty:hidden" />
      </Toast.Content>
      <Toast.Close render={<IconButton icon={X} label={t('close')} />} />
    </Toast.Root>
  ));
}

/** The corner where toasts appear; `listen` hands over those that wait and all that follow. */
export function ToastRegion({ listen }: { listen: (show: (content: ToastContent) => void) => void }) {
  useEffect(() => listen(show), [listen]);
  return (
    <Toast.Provider toastManager={manager} limit={4}>
      <Toast.Portal>
        <Toast.Viewport className="fixed right-4 bottom-4 z-60 flex w-[min(360px,calc(100vw-32px))] flex-col gap-2">
          <Toasts />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}
