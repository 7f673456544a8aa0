import { Compass } from 'lucide-react';
import Link from 'next/link';
import { getTranslations } from 'next-intl/server';
import { paths } from '#components/lib/paths.ts';
import { buttonStyle } from '#components/ui/button-style.ts';
import { EmptyState } from '#components/ui/empty-state.tsx';

export default async function NotFound() {
  const t = await getTranslations('page');
  return (
    <main className="flex min-h-dvh items-center justify-center">
      <EmptyState
        icon={Compass}
        title={<h1>{t('notFound')}</h1>}
        detail={t('notFoundDetail')}
        action={
          <Link href={paths.overview()} className={buttonStyle('primary')}>
            {t('toOverview')}
          </Link>
        }
      />
    </main>
  );
}
