'use client';

import { useQuery } from '@tanstack/react-query';
import { Disc3, Plus, Trash2 } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { ObjectEvents } from '../event/object-events.tsx';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { paths } from '../lib/paths.ts';
import { problemOf } from '../lib/problem.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useSaid } from '../lib/use-said.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { Button } from '../ui/button.tsx';
import { buttonStyle } from '../ui/button-style.ts';
import { Card } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { ErrorNotice } from '../ui/error-notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { ImageDelete } from './image-delete.tsx';
import { ImageFacts } from './image-facts.tsx';
import { ImageResume } from './image-resume.tsx';
import { ImageState } from './image-state.tsx';
import { useCannotDeleteImage } from './use-cannot-delete-image.ts';

/** One image: its state or progress, why it failed, its facts, what happened to it. */
export function ImagePage({ project, id }: { project: string; id: string }) {
  const t = useTranslations('image');
  const trpc = useTRPC();
  const router = useRouter();
  const said = useSaid();
  const cannotDelete = useCannotDeleteImage(project);
  const [asking, setAsking] = useState(false);
  const { data: image, error } = useQuery(trpc.image.get.queryOptions({ image: id }));
  if (error && problemOf(error).code === 'not_found') {
    const back = (
      <Link href={paths.images(project)} className={buttonStyle('primary')}>
        {t('backToList')}
      </Link>
    );
    return <EmptyState icon={Disc3} title={t('gone')} detail={t('goneDetail')} action={back} />;
  }
  if (error) return <ProblemNotice error={error} what={t('oneNotRead')} />;
  if (!image) return <Skeleton className="h-14 w-80" />;
  return (
    <>
      <PageHeader
        title={image.name}
        crumbs={[{ href: paths.images(project), text: t('list.title') }]}
        state={
          <span className="flex items-center gap-2">
            <ImageState image={image} />
            <span className="text-text-3">
              <TimeAgo at={image.createdAt} />
            </span>
          </span>
        }
        actions={
          <>
            <ImageResume image={image} />
            <Button reason={cannotDelete(image)} onClick={() => setAsking(true)}>
              <Trash2 size={16} aria-hidden />
              {t('delete.verbDots')}
            </Button>
            {image.state === 'ready' ? (
              <Link href={paths.instanceNew(project, { kind: 'vm', image: id })} className={buttonStyle('primary')}>
                <Plus size={16} aria-hidden />
                {t('createVm')}
              </Link>
            ) : null}
          </>
        }
      />
      {image.state === 'failed' ? (
        <div className="mb-4">
          <ErrorNotice
            quiet
            what={t('failed')}
            why={image.stateReason && said(image.stateReason)}
            hint={t('failedHint')}
          />
        </div>
      ) : null}
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Card title={t('facts')}>
          <ImageFacts image={image} />
        </Card>
        <Card title={t('events')}>
          <ObjectEvents target={id} />
        </Card>
      </div>
      <ImageDelete
        image={image}
        open={asking}
        onOpenChange={setAsking}
        onBegun={() => router.push(paths.images(project))}
      />
    </>
  );
}
