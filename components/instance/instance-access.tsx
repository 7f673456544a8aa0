'use client';

import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import type { Instance } from '#server/contract/instance.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { Badge } from '../ui/badge.tsx';
import { Card } from '../ui/card.tsx';
import { CodeSnippet } from '../ui/code-snippet.tsx';
import { CopyId } from '../ui/copy-id.tsx';

/** `ssh user@address`; IPv6 needs no brackets there. */
const sshLine = (user: string, address: string): string => `ssh ${user}@${address}`;

/** How to reach an instance: its addresses, the ssh line of a VM, the published ports of a container. */
export function InstanceAccess({ instance }: { instance: Instance }) {
  const t = useTranslations('instance.access');
  const trpc = useTRPC();
  const imageId = instance.kind === 'vm' ? instance.image?.id : null;
  const { data: image } = useQuery(
    trpc.image.get.queryOptions({ image: imageId ?? '' }, { enabled: Boolean(imageId) }),
  );
  const [first] = instance.addresses;
  const published = instance.ports.filter(({ hostPort }) => hostPort !== null);
  return (
    <Card title={t('title')}>
      <div className="flex flex-col gap-4">
        {first ? (
          <ul className="flex flex-col gap-1.5">
            {instance.addresses.map(({ address, source, network }) => (
              <li key={address} className="flex flex-wrap items-center gap-x-3 gap-y-1">
                <CopyId value={address} label={t('address')} />
                {network ? <Badge>{network}</Badge> : null}
                <span className="text-12 text-text-3">{t(`source.${source}`)}</span>
              </li>
            ))}
          </ul>
        ) : (
          <p className="text-text-2">{instance.state === 'running' ? t('waiting') : t('none')}</p>
        )}
        {first && instance.kind === 'vm' ? (
          <div className="flex flex-col gap-1.5">
            <p className="text-12 text-text-2">{image?.defaultUser ? t('ssh') : t('sshUnknownUser')}</p>
            <CodeSnippet code={sshLine(image?.defaultUser ?? 'root', first.address)} label={t('sshLabel')} />
          </div>
        ) : null}
        {published.length > 0 ? (
          <ul className="flex flex-col gap-1">
            {published.map(({ containerPort, hostPort, protocol }) => (
              <li key={`${hostPort}${protocol}`} className="tabular">
                {t.rich('port', {
                  host: instance.host?.name ?? '–',
                  port: String(hostPort),
                  container: String(containerPort),
                  protocol,
                  m: (chunks) => <span className="font-mono text-12">{chunks}</span>,
                })}
              </li>
            ))}
          </ul>
        ) : null}
      </div>
    </Card>
  );
}
