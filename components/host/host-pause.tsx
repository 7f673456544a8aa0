'use client';

import { CirclePause } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { Host } from '#server/contract/host.ts';
import { useMayInSystem } from '../lib/use-me.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNotice } from '../ui/error-notice.tsx';
import { HostPauseDialog } from './host-pause-dialog.tsx';
import { useHostActions } from './use-host-actions.ts';

/** Buttons that begin maintenance and cordon a host, or end both. */
export function HostPauseButtons({ host, busy }: { host: Host; busy: string | null }) {
  const t = useTranslations('host');
  const may = useMayInSystem('host:write');
  const { update } = useHostActions(host.name);
  const [asking, setAsking] = useState<'maintenance' | 'cordon' | null>(null);
  if (!may) return null;
  return (
    <>
      <Button
        onClick={() => (host.cordon ? update.mutate({ host: host.id, cordon: null }) : setAsking('cordon'))}
        busy={update.isPending}
      >
        <CirclePause size={16} aria-hidden />
        {host.cordon ? t('pause.uncordon') : t('pause.cordon.verb')}
      </Button>
      <Button
        onClick={() =>
          host.maintenance ? update.mutate({ host: host.id, maintenance: false }) : setAsking('maintenance')
        }
        busy={update.isPending}
        reason={busy}
      >
        {host.maintenance ? t('maintenanceOff') : t('maintenanceOn')}
      </Button>
      {asking ? <HostPauseDialog host={host} how={asking} onClose={() => setAsking(null)} /> : null}
    </>
  );
}

/** Why a host takes nothing new, and what still runs on it; nothing where it takes all. */
export function HostPauseNotice({ host }: { host: Host }) {
  const t = useTranslations('host.pause');
  if (!host.cordon && !host.maintenance) return null;
  return (
    <div className="mb-4">
      <ErrorNotice
        quiet
        tone="warn"
        what={t(host.cordon ? 'cordon.is' : 'maintenance.is')}
        why={host.cordon ? host.cordon.reason : host.maintenanceReason}
        hint={t('stillRuns', { instances: host.instances, unmanaged: host.unmanaged })}
      />
    </div>
  );
}
