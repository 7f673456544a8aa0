'use client';

import { useQuery } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { type QuotaResource, quotaResources } from '#server/contract/quota-resources.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { Button, type ButtonProps } from '../ui/button.tsx';

const RequestDialog = dynamic(() => import('./request-dialog.tsx').then((module) => module.RequestDialog));

export interface RequestMoreProps {
  /** Slug or id. */
  project: string;
  /** Limits that would suffice. */
  wishes?: Partial<Record<QuotaResource, number>>;
  variant?: ButtonProps['variant'];
}

/** The button that asks for more of a project's quota, with what is missing filled in. */
export function RequestMore({ project, wishes, variant = 'primary' }: RequestMoreProps) {
  const t = useTranslations('quotaRequest.ask');
  const trpc = useTRPC();
  const { data } = useQuery(trpc.project.get.queryOptions({ project }));
  const [open, setOpen] = useState(false);
  const may = data?.permissions.includes('quota:request') ?? false;
  const reason = !may ? t('mayNot') : data?.state !== 'active' ? t('closed') : null;
  const present = data && Object.fromEntries(quotaResources.map((resource) => [resource, data.quota[resource].limit]));
  return (
    <>
      <Button variant={variant} reason={data ? reason : null} onClick={() => setOpen(true)}>
        {t('open')}
      </Button>
      {open && present ? (
        <RequestDialog project={project} present={present} {...(wishes && { wishes })} onClose={() => setOpen(false)} />
      ) : null}
    </>
  );
}
