'use client';

import { clsx as cx } from 'clsx';
import { FileUp } from 'lucide-react';
import { useLocale, useTranslations } from 'next-intl';
import { type DragEvent, useRef, useState } from 'react';
import { formatBytes } from '../lib/format.ts';
import { Button } from '../ui/button.tsx';

/** A file, chosen or dropped; dropping is an extra, the button does the same by keyboard. */
export function ImageFile({ file, onChoose }: { file: File | null; onChoose: (file: File) => void }) {
  const t = useTranslations('image.new');
  const locale = useLocale();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const take = (next: File | undefined) => {
    if (next) onChoose(next);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  };
  return (
    <fieldset
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={cx(
        'flex flex-wrap items-center gap-3 rounded-card border border-dashed p-4',
        over ? 'border-lagoon bg-lagoon-wash' : 'border-line-strong',
      )}
    >
      <input
        ref={input}
        type="file"
        tabIndex={-1}
        aria-label={t('file')}
        className="sr-only"
        onChange={(event) => take(event.target.files?.[0])}
      />
      <Button onClick={() => input.current?.click()}>
        <FileUp size={16} aria-hidden />
        {t('choose')}
      </Button>
      <span className="min-w-0 text-text-2">
        {file ? t('chosen', { name: file.name, size: formatBytes(file.size, locale) }) : t('dropHere')}
      </span>
    </fieldset>
  );
}
