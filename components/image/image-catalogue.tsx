'use client';

import { useTranslations } from 'next-intl';
import type { z } from 'zod';
import type { catalogEntrySchema } from '#server/contract/image.ts';
import { RadioCards } from '../ui/radio-cards.tsx';

type Entry = z.output<typeof catalogEntrySchema>;

export interface ImageCatalogueProps {
  entries: readonly Entry[];
  value: Entry | null;
  onChoose: (entry: Entry) => void;
}

/** Well-known cloud images as cards, with the page where their checksums stand. */
export function ImageCatalogue({ entries, value, onChoose }: ImageCatalogueProps) {
  const t = useTranslations('image.new');
  const byId = (id: string) => entries.find((entry) => entry.id === id);
  return (
    <>
      <RadioCards
        label={t('catalogue')}
        value={value?.id ?? null}
        onChange={(id) => {
          const entry = byId(id);
          if (entry) onChoose(entry);
        }}
        minWidth={200}
        cards={entries.map((entry) => ({ value: entry.id, title: entry.name, detail: `${entry.os} · ${entry.arch}` }))}
      />
      {value ? (
        <p className="break-all text-12 text-text-2">
          {value.url}
          <br />
          {t('checksums')}:{' '}
          <a href={value.checksumsUrl} rel="noreferrer" target="_blank" className="text-lagoon underline">
            {value.checksumsUrl}
          </a>
        </p>
      ) : null}
    </>
  );
}
