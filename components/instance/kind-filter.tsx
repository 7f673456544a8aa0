'use client';

import { useTranslations } from 'next-intl';
import type { InstanceKind } from '#server/contract/instance-state.ts';
import { Select } from '../ui/select.tsx';

export interface KindFilterProps {
  value: InstanceKind | null;
  onChange: (kind: InstanceKind | null) => void;
}

/** VMs, containers or both. */
export function KindFilter({ value, onChange }: KindFilterProps) {
  const t = useTranslations('instance.list');
  return (
    <Select
      aria-label={t('kind')}
      className="w-36! shrink-0"
      value={value ?? 'all'}
      onChange={(kind) => onChange(kind === 'all' ? null : kind)}
      options={[
        { value: 'all', label: t('kindAll') },
        { value: 'vm', label: t('kindVm') },
        { value: 'container', label: t('kindContainer') },
      ]}
    />
  );
}
