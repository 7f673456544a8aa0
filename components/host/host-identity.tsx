'use client';

import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useTRPC } from '../lib/trpc-client.ts';
import { CodeSnippet } from '../ui/code-snippet.tsx';
import { Skeleton } from '../ui/skeleton.tsx';

/** Atoll's own public key and the one command that lets it in. The key holds no quote: it is base64 and a comment of ours. */
export function HostIdentity({ user }: { user: string }) {
  const t = useTranslations('host.identity');
  const trpc = useTRPC();
  const { data } = useQuery(trpc.hostKey.identity.queryOptions({}));
  const home = user === 'root' ? '/root' : `/home/${user}`;
  if (!data) return <Skeleton className="h-16" />;
  const command = `mkdir -p -m 700 ${home}/.ssh && echo '${data.publicKey.trim()}' >> ${home}/.ssh/authorized_keys`;
  return (
    <div className="flex flex-col gap-1.5">
      <p className="text-text-2">{t('hint', { user })}</p>
      <CodeSnippet code={command} label={t('command')} />
    </div>
  );
}
