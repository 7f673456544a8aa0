'use client';

import { useLocale, useTranslations } from 'next-intl';
import type { Image } from '#server/contract/image.ts';
import { formatAbsolute, formatBytes, formatGiB } from '../lib/format.ts';
import { CopyId } from '../ui/copy-id.tsx';
import { FactList } from '../ui/fact-list.tsx';

/** What is known of an image; what is not known yet is left out. */
export function ImageFacts({ image }: { image: Image }) {
  const t = useTranslations('image');
  const locale = useLocale();
  const { format, sizeBytes, virtualSizeBytes, minDiskGiB, sha256, sourceUrl, defaultUser, projectId } = image;
  const mono = (text: string) => <span className="break-all font-mono text-12">{text}</span>;
  const known = <T,>(value: T | null, label: string, draw: (value: T) => React.ReactNode) =>
    value === null ? [] : [{ label, value: draw(value) }];
  return (
    <FactList
      facts={[
        { label: t('column.scope'), value: t(projectId ? 'scope.project' : 'scope.public') },
        ...known(format, t('column.format'), (value) => value),
        ...known(sizeBytes, t('column.size'), (value) => formatBytes(value, locale)),
        ...known(virtualSizeBytes, t('fact.virtualSize'), (value) => formatBytes(value, locale)),
        ...known(minDiskGiB, t('column.disk'), (value) => formatGiB(value, locale)),
        ...known(defaultUser, t('new.user'), mono),
        ...known(sourceUrl, t('fact.source'), mono),
        ...known(sha256, t('fact.sha256'), (value) => <CopyId value={value} label={t('fact.sha256')} />),
        {
          label: t('fact.created'),
          value: <time dateTime={image.createdAt}>{formatAbsolute(image.createdAt, locale)}</time>,
        },
        { label: t('fact.id'), value: <CopyId value={image.id} label={t('fact.id')} /> },
      ]}
    />
  );
}
