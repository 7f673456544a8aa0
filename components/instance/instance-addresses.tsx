'use client';

import { useTranslations } from 'next-intl';
import type { Instance } from '#server/contract/instance.ts';

/** The one address to show in a list: IPv4 first, as people read it; a container's published port where it has one. */
export function shownAddress(instance: Pick<Instance, 'addresses' | 'ports'>): string | null {
  const published = instance.ports.find(({ hostPort }) => hostPort !== null);
  if (published) return `:${published.hostPort}`;
  const [first] = instance.addresses.toSorted((a, b) => a.family.localeCompare(b.family));
  return first?.address ?? null;
}

/** Address of an instance in a list, and how many more it has. */
export function ShortAddress({ instance }: { instance: Pick<Instance, 'addresses' | 'ports'> }) {
  const t = useTranslations('instance');
  const shown = shownAddress(instance);
  const more = instance.addresses.length + instance.ports.length - 1;
  if (!shown) return <span className="text-text-3">{t('noAddress')}</span>;
  return (
    <span className="font-mono text-12">
      {shown}
      {more > 0 ? <span className="text-text-3"> {t('andMore', { count: more })}</span> : null}
    </span>
  );
}
