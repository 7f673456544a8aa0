'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { useWatch } from 'react-hook-form';
import type { Flavor } from '#server/contract/flavor.ts';
import { formatGiB, formatMiB } from '../../lib/format.ts';
import { useTRPC } from '../../lib/trpc-client.ts';
import { useOrigin } from '../../lib/use-origin.ts';
import { useSettled } from '../../lib/use-settled.ts';
import { QuotaBars } from '../../project/project-quota.tsx';
import { missingLimits } from '../../quota/missing-limits.ts';
import { RequestMore } from '../../quota/request-more.tsx';
import { CodeSnippet } from '../../ui/code-snippet.tsx';
import { StateDot } from '../../ui/state-dot.tsx';
import { type CreateFields, customSize, keepsDisk, toCreateInput } from './create-fields.ts';
import { curlLine } from './curl-line.ts';
import { placementAsk } from './placement-ask.ts';
import { PlacementRefusal } from './placement-refusal.tsx';
import { useApplyFix } from './use-apply-fix.ts';
import type { CreateForm } from './use-create-form.ts';

const pauseMs = 250;

/** What the fields ask of a host: those of the flavor, or the numbers that were typed. */
function sizeOf(fields: CreateFields, flavors: readonly Flavor[]) {
  const flavor = flavors.find(({ id }) => id === fields.size);
  const size = fields.size === customSize || !flavor ? fields : flavor;
  return {
    vcpus: size.vcpus ?? 1,
    memoryMiB: size.memoryMiB ?? 256,
    diskGiB: fields.kind === 'vm' && !keepsDisk(fields) ? (size.diskGiB ?? 0) : 0,
  };
}

export interface CreateSummaryProps {
  form: CreateForm;
  project: string;
  flavors: readonly Flavor[];
  /** The button that creates; over the quota it turns into one that asks for more. */
  verb: ReactNode;
}

/** What will be made, what it takes from the quota, where it fits, and the same request with curl. */
export function CreateSummary({ form, project, flavors, verb }: CreateSummaryProps) {
  const t = useTranslations('instance.create.summary');
  const locale = useLocale();
  const trpc = useTRPC();
  const origin = useOrigin();
  const fix = useApplyFix(form);
  const watched = useWatch({ control: form.control });
  const fields = { ...form.getValues(), ...watched } as CreateFields;
  const size = sizeOf(fields, flavors);
  const count = keepsDisk(fields) ? 1 : Math.max(1, Math.min(50, fields.count ?? 1));
  const ask = useSettled({ project, kind: fields.kind, ...size, count, ...placementAsk(fields) }, pauseMs);
  const { data: check } = useQuery(
    trpc.instance.check.queryOptions(ask, { placeholderData: keepPreviousData, staleTime: 5_000 }),
  );
  const wishes = missingLimits(check?.quota ?? []);
  // Over the quota alone is said at its bar; the hosts are not to blame for it.
  const hostsTake = check ? check.fits || (check.hosts.fitting > 0 && check.fixes.length === 0) : false;
  const { project: _, ...body } = toCreateInput(project, fields);
  return (
    <div className="flex flex-col gap-4">
      <p className="text-14 font-medium">
        {t('what', {
          count,
          kind: fields.kind,
          vcpus: size.vcpus,
          memory: formatMiB(size.memoryMiB, locale),
          disk: keepsDisk(fields) ? t('keptDisk') : formatGiB(size.diskGiB, locale),
        })}
      </p>
      {check ? (
        <>
          <div className="flex flex-col gap-3">
            <QuotaBars quota={check.quota} />
          </div>
          <div role="status" className="flex flex-col gap-1.5">
            <StateDot tone={hostsTake ? 'ok' : 'bad'}>
              {hostsTake ? t('fits', check.hosts) : t('fitsNowhere', { total: check.hosts.total })}
            </StateDot>
            <PlacementRefusal answer={check} onFix={fix} />
          </div>
        </>
      ) : null}
      <div className="flex flex-col gap-3">
        {Object.keys(wishes).length > 0 ? <RequestMore project={project} wishes={wishes} /> : verb}
      </div>
      <details className="group">
        <summary className="min-h-6 cursor-pointer text-text-2 hover:text-text-1">{t('curl')}</summary>
        <div className="mt-2">
          <CodeSnippet code={curlLine(origin, `/projects/${project}/instances`, body)} label={t('curlLabel')} />
        </div>
      </details>
    </div>
  );
}
