'use client';

import Link from 'next/link';
import { useTranslations } from 'next-intl';
import type { Image } from '#server/contract/image.ts';
import { paths } from '../lib/paths.ts';
import { useSaid } from '../lib/use-said.ts';
import { buttonStyle } from '../ui/button-style.ts';
import { ImageFacts } from './image-facts.tsx';
import { ImageState } from './image-state.tsx';

/** An image beside the list. */
export function ImagePanel({ project, image }: { project: string; image: Image }) {
  const t = useTranslations('image');
  const said = useSaid();
  return (
    <div className="flex flex-col gap-5">
      <div className="flex items-center justify-between gap-3">
        <ImageState image={image} />
        <Link href={paths.image(project, image.id)} className={buttonStyle('secondary', 'small')}>
          {t('openPage')}
        </Link>
      </div>
      {image.stateReason ? <p className="text-text-2">{said(image.stateReason)}</p> : null}
      <ImageFacts image={image} />
    </div>
  );
}
