'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { clsx as cx } from 'clsx';
import { useLocale, useTranslations } from 'next-intl';
import { ProblemNotice } from '../form/problem-notice.tsx';
import { formatAbsolute, formatClock } from '../lib/format.ts';
import { useTRPC } from '../lib/trpc-client.ts';
import { useListRows } from '../table/list-rows.ts';
import { nextCursor } from '../table/next-cursor.ts';
import { Button } from '../ui/button.tsx';
import { Skeleton } from '../ui/skeleton.tsx';

const tones = { info: 'text-text-3', warn: 'bg-warn-wash', error: 'bg-bad-wash' } as const;

/** What an operation wrote down, oldest first; live events ask it again while it runs. */
export function OperationLog({ id }: { id: string }) {
  const t = useTranslations('operations.log');
  const locale = useLocale();
  const trpc = useTRPC();
  const query = useInfiniteQuery(
    trpc.operation.log.infiniteQueryOptions({ operation: id, limit: 200 }, { getNextPageParam: nextCursor }),
  );
  const { rows, more } = useListRows(query);
  if (query.error) return <ProblemNotice error={query.error} what={t('failed')} />;
  if (!rows) return <Skeleton className="h-16 w-full" />;
  if (rows.length === 0) return <p className="text-text-3">{t('empty')}</p>;
  // Lines have no id; they are only ever added at the end, so their place is one.
  const numbered = rows.map((line, place) => ({ line, place }));
  return (
    <>
      <ol className="flex flex-col gap-1 font-mono text-12">
        {numbered.map(({ line, place }) => (
          <li key={place} className="flex gap-x-3 max-sm:flex-wrap">
            <time dateTime={line.at} title={formatAbsolute(line.at, locale)} className="tabular shrink-0 text-text-3">
              {formatClock(line.at, locale)}
            </time>
            <span className={cx('w-10 shrink-0 rounded-[4px] text-center', tones[line.level])}>
              {t(`level.${line.level}`)}
            </span>
            <span className="min-w-0 grow whitespace-pre-wrap break-words max-sm:basis-full">
              {line.step ? <span className="text-text-3">{line.step}: </span> : null}
              {line.message}
            </span>
          </li>
        ))}
      </ol>
      {more.has ? (
        <Button size="small" className="mt-3" busy={more.loading} onClick={more.load}>
          {t('more')}
        </Button>
      ) : null}
    </>
  );
}
