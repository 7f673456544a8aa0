'use client';

import { useQuery } from '@tanstack/react-query';
import { Container, Monitor } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useQueryState } from 'nuqs';
import { useController } from 'react-hook-form';
import type { Flavor } from '#server/contract/flavor.ts';
import { FormSection } from '../../form/form-section.tsx';
import { TextField } from '../../form/text-field.tsx';
import { paths } from '../../lib/paths.ts';
import { useTRPC } from '../../lib/trpc-client.ts';
import { useMayInSystem } from '../../lib/use-me.ts';
import { QuotaProblemNotice } from '../../quota/quota-problem-notice.tsx';
import { PageHeader } from '../../shell/page-header.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { RadioCards } from '../../ui/radio-cards.tsx';
import { createParams, imageChoiceInput, longestPage } from '../create-params.ts';
import { BootChoice } from './boot-choice.tsx';
import { ContainerImage, EnvRows, PortRows, VolumeRows } from './container-sections.tsx';
import { customSize } from './create-fields.ts';
import { CreateSummary } from './create-summary.tsx';
import { KeyChoice } from './key-choice.tsx';
import { MoreOptions } from './more-options.tsx';
import { PlacementChoice } from './placement-choice.tsx';
import { SizeChoice } from './size-choice.tsx';
import { useCreateForm } from './use-create-form.ts';
import { useKeptDisks } from './use-kept-disks.ts';

export interface InstanceCreateProps {
  project: string;
  kind: 'vm' | 'container';
  /** What the address names to begin with. */
  image: string | null;
  volume: string | null;
}

const none: never[] = [];

/** The smallest first: it is the one that is chosen until a person chooses another. */
const bySize = (flavors: readonly Flavor[]): Flavor[] =>
  flavors.toSorted((a, b) => a.memoryMiB - b.memoryMiB || a.vcpus - b.vcpus || a.diskGiB - b.diskGiB);

/** One page to create a VM or a container: choices at the left, what comes of them at the right. */
export function InstanceCreate({ project, kind, image, volume }: InstanceCreateProps) {
  const t = useTranslations('instance.create');
  const trpc = useTRPC();
  const seesHosts = useMayInSystem('host:write');
  const flavors = bySize(useQuery(trpc.flavor.list.queryOptions({ limit: longestPage })).data?.items ?? none);
  const images = useQuery(trpc.image.list.queryOptions(imageChoiceInput(project))).data?.items ?? none;
  const kept = useKeptDisks(project);
  const keys = useQuery(trpc.sshKey.list.queryOptions({})).data?.items ?? none;
  const hosts =
    useQuery(trpc.host.list.queryOptions({ limit: longestPage }, { enabled: seesHosts })).data?.items ?? none;
  const networks = [
    ...new Set(
      hosts.flatMap((host) => host.networks.filter(({ engine }) => engine === 'libvirt').map(({ name }) => name)),
    ),
  ];
  const { form, create, submit } = useCreateForm(
    project,
    {
      kind,
      size: flavors[0]?.id ?? customSize,
      bootFrom: volume ? 'volume' : 'image',
      imageId: image ?? images[0]?.id ?? '',
      bootVolumeId: volume ?? kept[0]?.id ?? '',
      savedKeys: keys.map(({ publicKey }) => publicKey),
    },
    [...(image ? (['imageId', 'bootFrom'] as const) : []), ...(volume ? (['bootVolumeId', 'bootFrom'] as const) : [])],
  );
  const { field } = useController({ control: form.control, name: 'kind' });
  // Kept in the address too, so that a reload shows the same form.
  const [, setKind] = useQueryState('kind', createParams.kind);
  const choose = (value: string) => {
    field.onChange(value);
    void setKind(value === 'container' ? 'container' : 'vm');
  };
  return (
    <>
      <PageHeader title={t('title')} crumbs={[{ href: paths.instances(project), text: t('back') }]} />
      <form noValidate onSubmit={submit} className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_360px]">
        <Card className="lg:p-2">
          <div className="flex flex-col gap-6">
            <FormSection title={t('what')}>
              <RadioCards
                label={t('what')}
                value={field.value}
                onChange={choose}
                minWidth={220}
                cards={[
                  { value: 'vm', title: t('vm'), detail: t('vmDetail'), icon: Monitor },
                  { value: 'container', title: t('ct'), detail: t('ctDetail'), icon: Container },
                ]}
              />
              <TextField
                control={form.control}
                name="name"
                label={t('name')}
                hint={t('nameHint')}
                mono
                autoComplete="off"
                className="max-w-md"
              />
            </FormSection>
            {field.value === 'vm' ? (
              <>
                <BootChoice form={form} project={project} volumes={kept} />
                <SizeChoice form={form} flavors={flavors} />
                <KeyChoice form={form} keys={keys} />
              </>
            ) : (
              <>
                <ContainerImage form={form} />
                <SizeChoice form={form} flavors={flavors} />
                <PortRows form={form} />
                <EnvRows form={form} />
                <VolumeRows form={form} />
              </>
            )}
            <PlacementChoice form={form} project={project} />
            <MoreOptions form={form} hosts={hosts} networks={networks} />
          </div>
        </Card>
        <aside className="lg:sticky lg:top-17" aria-label={t('summary.title')}>
          <Card title={t('summary.title')}>
            <CreateSummary
              form={form}
              project={project}
              flavors={flavors}
              verb={
                <>
                  <QuotaProblemNotice error={create.error} what={t('failed')} project={project} />
                  <Button type="submit" variant="primary" busy={create.isPending || create.isSuccess}>
                    {field.value === 'vm' ? t('verbVm') : t('verbContainer')}
                  </Button>
                </>
              }
            />
          </Card>
        </aside>
      </form>
    </>
  );
}
