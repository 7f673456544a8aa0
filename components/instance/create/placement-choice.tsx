'use client';

import { useQuery } from '@tanstack/react-query';
import { Plus, Settings2 } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { useController, useWatch } from 'react-hook-form';
import { FormSection } from '../../form/form-section.tsx';
import { SelectField } from '../../form/select-field.tsx';
import { useTRPC } from '../../lib/trpc-client.ts';
import { PlacementGroupDialog } from '../../placement/placement-group-dialog.tsx';
import { PlacementGroupsDialog } from '../../placement/placement-groups-dialog.tsx';
import { Button } from '../../ui/button.tsx';
import { Checkbox } from '../../ui/checkbox.tsx';
import type { CreateForm } from './use-create-form.ts';

/** Where it may go: pool, placement group and traits. Draws only what there is to choose from. */
export function PlacementChoice({ form, project }: { form: CreateForm; project: string }) {
  const t = useTranslations('placement.choice');
  const trpc = useTRPC();
  const { control } = form;
  const pools = useQuery(trpc.hostPool.usable.queryOptions({ project })).data?.items ?? [];
  const groups = useQuery(trpc.placementGroup.list.queryOptions({ project, limit: 200 })).data?.items ?? [];
  const poolId = useWatch({ control, name: 'poolId' });
  const { field: traits } = useController({ control, name: 'traits' });
  const [making, setMaking] = useState(false);
  const [managing, setManaging] = useState(false);
  const offered = [
    ...new Set(pools.filter(({ id }) => !poolId || id === poolId).flatMap((pool) => pool.traits)),
  ].sort();
  const shown = [...new Set([...offered, ...traits.value])];
  const toggle = (trait: string, on: boolean) =>
    traits.onChange(on ? [...traits.value, trait] : traits.value.filter((other) => other !== trait));
  return (
    <FormSection title={t('title')}>
      <div className="grid gap-3 sm:grid-cols-2">
        {pools.length > 1 ? (
          <SelectField
            control={control}
            name="poolId"
            label={t('pool')}
            options={[
              { value: '', label: t('anyPool') },
              ...pools.map(({ id, name, description }) => ({
                value: id,
                label: name,
                ...(description && { detail: description }),
              })),
            ]}
          />
        ) : null}
        <div className="flex items-end gap-2">
          <SelectField
            control={control}
            name="placementGroupId"
            label={t('group')}
            className="min-w-0 grow"
            options={[
              { value: '', label: t('noGroup') },
              ...groups.map(({ id, name, policy, strictness }) => ({
                value: id,
                label: name,
                detail: t(`policy.${policy}.${strictness}`),
              })),
            ]}
          />
          <Button onClick={() => setMaking(true)} aria-label={t('newGroup')}>
            <Plus size={16} aria-hidden />
          </Button>
          {groups.length > 0 ? (
            <Button onClick={() => setManaging(true)} aria-label={t('manageGroups')}>
              <Settings2 size={16} aria-hidden />
            </Button>
          ) : null}
        </div>
      </div>
      {shown.length > 0 ? (
        <fieldset>
          <legend className="mb-1 text-text-2">{t('traits')}</legend>
          <div className="flex flex-wrap gap-x-5 gap-y-1">
            {shown.map((trait) => (
              <Checkbox
                key={trait}
                label={<span className="font-mono text-12">{trait}</span>}
                checked={traits.value.includes(trait)}
                onChange={(on) => toggle(trait, on)}
              />
            ))}
          </div>
        </fieldset>
      ) : null}
      {managing ? (
        <PlacementGroupsDialog
          project={project}
          onClose={() => setManaging(false)}
          onDeleted={(id) => {
            if (form.getValues('placementGroupId') === id) form.setValue('placementGroupId', '');
          }}
        />
      ) : null}
      {making ? (
        <PlacementGroupDialog
          project={project}
          onClose={() => setMaking(false)}
          onMade={({ id }) => form.setValue('placementGroupId', id, { shouldDirty: true })}
        />
      ) : null}
    </FormSection>
  );
}
