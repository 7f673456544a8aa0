'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { Host } from '#server/contract/host.ts';
import { useSaid } from '../lib/use-said.ts';
import { Button } from '../ui/button.tsx';
import { Checkbox } from '../ui/checkbox.tsx';
import { ErrorNotice } from '../ui/error-notice.tsx';
import { useHostActions } from './use-host-actions.ts';

/**
 * A changed host key: both fingerprints, and a confirmation that one has compared the new one. Or another machine with the same key, which
 * one confirms to be right.
 */
export function HostQuarantine({ host }: { host: Host }) {
  const t = useTranslations('host.quarantine');
  const said = useSaid();
  const { confirmKey } = useHostActions(host.name);
  const [compared, setCompared] = useState(false);
  const { fingerprint, offeredFingerprint, type } = host.connection;
  const isKey = type === 'ssh' && offeredFingerprint !== fingerprint;
  const words = isKey ? 'key' : 'machine';
  return (
    <div className="mb-4">
      <ErrorNotice
        quiet
        what={t(`title.${words}`)}
        why={host.stateReason && said(host.stateReason)}
        hint={t(`hint.${words}`)}
        actions={
          offeredFingerprint ? (
            <div className="flex flex-col gap-3">
              <dl className="grid grid-cols-[auto_1fr] items-baseline gap-x-4 gap-y-1">
                {isKey ? (
                  <>
                    <dt className="text-text-2">{t('pinned')}</dt>
                    <dd className="break-all font-mono text-12">{fingerprint}</dd>
                  </>
                ) : null}
                <dt className="text-text-2">{t('offered')}</dt>
                <dd className="break-all font-mono text-12">{offeredFingerprint}</dd>
              </dl>
              <Checkbox checked={compared} onChange={setCompared} label={t(`compared.${words}`)} />
              <div>
                <Button
                  onClick={() => confirmKey.mutate({ host: host.id, fingerprint: offeredFingerprint })}
                  busy={confirmKey.isPending}
                  reason={compared ? null : t(`compareFirst.${words}`)}
                >
                  {t(`confirm.${words}`)}
                </Button>
              </div>
            </div>
          ) : null
        }
      />
    </div>
  );
}
