'use client';

import { useMutation } from '@tanstack/react-query';
import { Fingerprint } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { z } from 'zod';
import type { hostKeySchema } from '#server/contract/host.ts';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { useTRPC } from '../lib/trpc-client.ts';
import { Button } from '../ui/button.tsx';
import { Checkbox } from '../ui/checkbox.tsx';
import { CodeSnippet } from '../ui/code-snippet.tsx';
import { ErrorNotice } from '../ui/error-notice.tsx';

type Scan = z.output<typeof hostKeySchema>;

export interface HostKeyCheckProps {
  address: string;
  port: number;
  /** The fingerprint that was confirmed, or null. */
  value: string | null;
  onChange: (fingerprint: string | null) => void;
}

/** Where sshd keeps the public half of a key of this type (sshd_config(5), HostKey). */
const keyFile = (type: string): string => {
  const short = type.startsWith('ecdsa') ? 'ecdsa' : type.replace(/^(ssh|rsa)-/, '').replace(/^sha2.*/, 'rsa');
  return `/etc/ssh/ssh_host_${short}_key.pub`;
};

/** Reads the host key without signing in, shows its fingerprint and asks a person to compare it. */
export function HostKeyCheck({ address, port, value, onChange }: HostKeyCheckProps) {
  const t = useTranslations('host.key');
  const trpc = useTRPC();
  const [scanned, setScanned] = useState<Scan | null>(null);
  const scan = useMutation(
    trpc.hostKey.scan.mutationOptions({
      onSuccess: (found) => {
        setScanned(found);
        onChange(null);
      },
    }),
  );
  const current = scanned?.address === address && scanned.port === port ? scanned : null;
  const key = current?.keys[0];
  return (
    <div className="flex flex-col gap-3">
      <div>
        <Button
          onClick={() => scan.mutate({ address, port })}
          busy={scan.isPending}
          reason={address ? null : t('addressFirst')}
        >
          <Fingerprint size={16} aria-hidden />
          {current ? t('again') : t('read')}
        </Button>
      </div>
      <ProblemNotice error={scan.error} what={t('failed', { address })} />
      {current?.state === 'failed' ? <ErrorNotice what={t('failed', { address })} why={current.error} /> : null}
      {current && key ? (
        <>
          <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
            {current.keys.map(({ type, fingerprint }) => (
              <div key={fingerprint} className="contents">
                <dt className="text-text-2">{type}</dt>
                <dd className="break-all font-mono text-12">{fingerprint}</dd>
              </div>
            ))}
          </dl>
          <p className="text-text-2">{t('compare')}</p>
          <CodeSnippet code={`ssh-keygen -lf ${keyFile(key.type)}`} label={t('command')} />
          <Checkbox
            checked={value === key.fingerprint}
            onChange={(checked) => onChange(checked ? key.fingerprint : null)}
            label={t('confirm')}
            hint={t('confirmHint')}
          />
        </>
      ) : null}
    </div>
  );
}
