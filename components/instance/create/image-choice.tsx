'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Library } from 'lucide-react';
import Link from 'next/link';
import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';
import { useController } from 'react-hook-form';
import { formatGiB } from '../../lib/format.ts';
import { paths } from '../../lib/paths.ts';
import { useTRPC } from '../../lib/trpc-client.ts';
import { SearchBox } from '../../table/search-box.tsx';
import { buttonStyle } from '../../ui/button-style.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FieldError } from '../../ui/field.tsx';
import { RadioCards } from '../../ui/radio-cards.tsx';
import { imageChoiceInput } from '../create-params.ts';
import type { CreateForm } from './use-create-form.ts';

/** An image that is ready; with more of them than fit a page, a search. The chosen one is always among those shown. */
export function ImageChoice({ form, project }: { form: CreateForm; project: string }) {
  const t = useTranslations('instance.create.image');
  const locale = useLocale();
  const trpc = useTRPC();
  const [search, setSearch] = useState('');
  const { field, fieldState } = useController({ control: form.control, name: 'imageId' });
  const { data: found } = useQuery(
    trpc.image.list.queryOptions(imageChoiceInput(project, search), { placeholderData: keepPreviousData }),
  );
  const isMissing = field.value !== '' && found !== undefined && !found.items.some(({ id }) => id === field.value);
  const { data: chosen } = useQuery(trpc.image.get.queryOptions({ image: field.value }, { enabled: isMissing }));
  const first = isMissing && chosen?.state === 'ready' ? [chosen] : [];
  const images = [...first, ...(found?.items ?? [])];
  if (found && images.length === 0 && !search) {
    const add = (
      <Link href={paths.imageNew(project)} className={buttonStyle('secondary')}>
        {t('add')}
      </Link>
    );
    return (
      <div className="rounded-card border border-line border-dashed">
        <EmptyState icon={Library} title={t('none')} detail={t('noneDetail')} action={add} />
      </div>
    );
  }
  return (
    <>
      {search || found?.nextCursor ? <SearchBox label={t('search')} value={search} onChange={setSearch} /> : null}
      <RadioCards
        label={t('title')}
        value={field.value}
        onChange={field.onChange}
        minWidth={200}
        cards={images.map((image) => ({
          value: image.id,
          title: image.name,
          detail: image.minDiskGiB ? t('minDisk', { size: formatGiB(image.minDiskGiB, locale) }) : image.format,
        }))}
      />
      {images.length === 0 ? <p className="text-text-2">{t('noMatch')}</p> : null}
      {found?.nextCursor ? <p className="text-12 text-text-3">{t('more', { count: found.items.length })}</p> : null}
      {fieldState.error ? <FieldError>{fieldState.error.message}</FieldError> : null}
    </>
  );
}
