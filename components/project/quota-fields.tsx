'use client';

import { useTranslations } from 'next-intl';
import type { Control, FieldPath, FieldValues } from 'react-hook-form';
import { type QuotaResource, quotaResources } from '#server/contract/quota-resources.ts';
import { NumberField } from '../form/number-field.tsx';
import { mainQuotaResources } from './project-quota.tsx';

export interface QuotaValues {
  quota: Partial<Record<QuotaResource, number>>;
}

const units: Partial<Record<QuotaResource, string>> = { memoryMiB: 'MiB', diskGiB: 'GiB' };
const isMain = (resource: QuotaResource): boolean => (mainQuotaResources as readonly string[]).includes(resource);

export interface QuotaFieldsProps<V extends FieldValues & QuotaValues, O> {
  control: Control<V, unknown, O>;
  /** Default: all. */
  resources?: readonly QuotaResource[];
  /** Shown without being asked for, beside the common ones: what this is about. */
  open?: readonly QuotaResource[];
  /** Said under a field, such as the limit now. */
  hint?: (resource: QuotaResource) => string | undefined;
}

/** Limits: the common ones in sight, the rest under "More limits". */
export function QuotaFields<V extends FieldValues & QuotaValues, O>({
  control,
  resources = quotaResources,
  open = [],
  hint,
}: QuotaFieldsProps<V, O>) {
  const t = useTranslations('quota');
  const field = (resource: QuotaResource) => (
    <NumberField
      key={resource}
      control={control}
      name={`quota.${resource}` as FieldPath<V>}
      label={t(resource)}
      hint={hint?.(resource)}
      min={0}
      {...(units[resource] && { unit: units[resource] })}
    />
  );
  const first = resources.filter((resource) => isMain(resource) || open.includes(resource));
  const rest = resources.filter((resource) => !first.includes(resource));
  return (
    <div className="flex w-full flex-col gap-3">
      <div className="grid grid-cols-2 gap-3">{first.map(field)}</div>
      {rest.length > 0 ? (
        <details>
          <summary className="min-h-6 cursor-pointer text-text-2 hover:text-text-1">{t('moreLimits')}</summary>
          <div className="mt-3 grid grid-cols-2 gap-3">{rest.map(field)}</div>
        </details>
      ) : null}
    </div>
  );
}
