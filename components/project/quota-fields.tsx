'use client';

import { useTranslations } from 'next-intl';
import type { Control, FieldPath, FieldValues } from 'react-hook-form';
import { type QuotaResource, quotaResources } from '#server/contract/quota-resources.ts';
import { NumberField } from '../form/number-field.tsx';

export interface QuotaValues {
  quota: Partial<Record<QuotaResource, number>>;
}

const units: Partial<Record<QuotaResource, string>> = { memoryMiB: 'MiB', diskGiB: 'GiB' };

/** The limits of a project. */
export function QuotaFields<V extends FieldValues & QuotaValues, O>({ control }: { control: Control<V, unknown, O> }) {
  const t = useTranslations('quota');
  return (
    <div className="grid grid-cols-2 gap-3">
      {quotaResources.map((resource) => (
        <NumberField
          key={resource}
          control={control}
          name={`quota.${resource}` as FieldPath<V>}
          label={t(resource)}
          min={0}
          {...(units[resource] && { unit: units[resource] })}
        />
      ))}
    </div>
  );
}
